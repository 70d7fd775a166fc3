import { Body, Controller, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { ApiSecurity, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { TOKEN_PROBLEMS } from '../invitations/invited.types';
import { SETTINGS, type Settings } from '../kernel/config/settings';
import { Operation } from '../kernel/http/operation';
import { localeOf } from '../kernel/http/request-locale';
import { PublicOrOwn } from '../kernel/security/auth.guard';
import { CurrentPrincipal, type Principal } from '../kernel/security/principal';
import { SessionView } from './auth.dto';
import { deviceOf } from './device';
import { AcceptInvitation } from './invitation-acceptance.dto';
import { InvitationAcceptanceService } from './invitation-acceptance.service';
import { handOver } from './refresh-cookie';

@ApiTags('Invitations')
@Controller('invitations')
export class InvitationAcceptanceController {
  constructor(
    private readonly acceptance: InvitationAcceptanceService,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  @Post('accept')
  @HttpCode(200)
  @PublicOrOwn()
  @ApiSecurity({})
  @ApiSecurity('access-token')
  @Operation({
    summary: 'Join the tenant, with your account or a new one',
    description:
      'With an access token: the invited address must be yours. Without: send a password, and an account is made for the invited address. Works once. Who is a member already keeps the role.',
    ok: SessionView,
    also: { 201: 'An account was made.' },
    open: true,
    problems: [...TOKEN_PROBLEMS, 'invitation.other_address', 'invitation.login_needed'],
  })
  async accept(
    @CurrentPrincipal() who: Principal | undefined,
    @Body() body: AcceptInvitation,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SessionView> {
    const device = deviceOf(request);
    const from = {
      device,
      ip: device.ip,
      requestId: request.id,
      locale: localeOf(request.headers),
    };
    const session = await this.acceptance.accept(who, body, from);
    void reply.status(who ? 200 : 201);
    return handOver(session, { cookie: body.cookie, reply, settings: this.settings });
  }
}
