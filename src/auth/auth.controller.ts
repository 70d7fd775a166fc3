import { Body, Controller, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { SETTINGS, type Settings } from '../kernel/config/settings';
import { Operation } from '../kernel/http/operation';
import { localeOf } from '../kernel/http/request-locale';
import { EvenWhenSuspended, Public } from '../kernel/security/auth.guard';
import { Own } from '../kernel/security/permissions';
import { CurrentPrincipal, type Principal } from '../kernel/security/principal';
import { Login, Refresh, Register, SessionView, SwitchTenant } from './auth.dto';
import { AuthService } from './auth.service';
import { deviceOf } from './device';
import { handOver, refreshTokenOf } from './refresh-cookie';
import { SessionIssuer } from './session-issuer';

@ApiTags('Accounts')
@Controller('auth')
export class AuthController {
  constructor(
    private readonly auth: AuthService,
    private readonly issuer: SessionIssuer,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  @Post('register')
  @Public()
  @Operation({
    summary: 'Make an account with its tenant and Ava profile',
    ok: SessionView,
    status: 201,
    open: true,
    problems: ['user.email_taken', 'rate.limited'],
  })
  register(@Body() body: Register, @Req() request: FastifyRequest): Promise<SessionView> {
    return this.auth.register(body, localeOf(request.headers), deviceOf(request));
  }

  @Post('login')
  @HttpCode(200)
  @Public()
  @Operation({
    summary: 'Log in',
    ok: SessionView,
    open: true,
    problems: ['auth.invalid_credentials', 'tenant.not_found', 'rate.limited'],
  })
  async login(
    @Body() body: Login,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SessionView> {
    const session = await this.auth.login(body, deviceOf(request));
    return handOver(session, { cookie: body.cookie, reply, settings: this.settings });
  }

  @Post('refresh')
  @HttpCode(200)
  @Public()
  @Operation({
    summary: 'Exchange the refresh token for new tokens',
    description:
      'Each refresh token works once; the one before answers for 10 more seconds, with the same successor. Using an older one ends the session.',
    ok: SessionView,
    open: true,
    problems: ['auth.refresh_invalid', 'auth.refresh_reused'],
  })
  async refresh(
    @Body() body: Refresh,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SessionView> {
    const { token, cookie } = refreshTokenOf(request, body);
    return handOver(await this.issuer.refresh(token), { cookie, reply, settings: this.settings });
  }

  @Post('tenant')
  @HttpCode(200)
  @Own()
  @EvenWhenSuspended()
  @Operation({
    summary: 'Open a session in another of your tenants',
    ok: SessionView,
    problems: ['tenant.not_found'],
  })
  async switchTenant(
    @CurrentPrincipal() who: Principal,
    @Body() body: SwitchTenant,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SessionView> {
    const session = await this.auth.switchTenant(who, body.tenantId, deviceOf(request));
    return handOver(session, { cookie: body.cookie, reply, settings: this.settings });
  }
}
