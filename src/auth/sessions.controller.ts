import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Inject,
  Post,
  Res,
  UseGuards,
} from '@nestjs/common';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { SETTINGS, type Settings } from '../kernel/config/settings';
import { Operation } from '../kernel/http/operation';
import { EvenWhenSuspended } from '../kernel/security/auth.guard';
import { OwnedResource } from '../kernel/security/owned-resource';
import { Own } from '../kernel/security/permissions';
import { CurrentPrincipal, type Principal } from '../kernel/security/principal';
import { ChangePassword, DeviceList, DeviceView } from './auth.dto';
import { PasswordChangeService } from './password-change.service';
import { clearRefreshCookie } from './refresh-cookie';
import { Session } from './session.entity';
import { SessionGuard } from './session.guard';
import { SessionsService } from './sessions.service';

/** The caller's own sessions and password. */
@ApiTags('Accounts')
@Controller('auth')
@Own()
export class SessionsController {
  constructor(
    private readonly sessions: SessionsService,
    private readonly passwords: PasswordChangeService,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  @Post('logout')
  @HttpCode(204)
  @EvenWhenSuspended()
  @Operation({ summary: 'Log out: the session and its access token are dead at once' })
  async logout(
    @CurrentPrincipal() who: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    await this.sessions.revoke(who, who.sessionId);
    clearRefreshCookie(reply, this.settings);
  }

  @Get('sessions')
  @EvenWhenSuspended()
  @Operation({ summary: 'List where you are logged in', ok: DeviceList })
  async list(@CurrentPrincipal() who: Principal): Promise<DeviceList> {
    const sessions = await this.sessions.list(who);
    return { items: sessions.map((s) => DeviceView.of(s, who.sessionId)), nextCursor: null };
  }

  @Delete('sessions')
  @HttpCode(204)
  @EvenWhenSuspended()
  @Operation({ summary: 'End all of your other sessions' })
  revokeOthers(@CurrentPrincipal() who: Principal): Promise<void> {
    return this.sessions.revokeOthers(who);
  }

  @Delete('sessions/:id')
  @HttpCode(204)
  @EvenWhenSuspended()
  @UseGuards(SessionGuard)
  @ApiParam({ name: 'id', format: 'uuid', description: 'Id of one of your sessions.' })
  @Operation({ summary: 'End one of your sessions', problems: ['session.not_found'] })
  revoke(@CurrentPrincipal() who: Principal, @OwnedResource() { id }: Session): Promise<void> {
    return this.sessions.revoke(who, id);
  }

  @Post('password')
  @HttpCode(204)
  @EvenWhenSuspended()
  @Operation({
    summary: 'Change your password; your other sessions end',
    problems: ['auth.password_wrong', 'rate.limited'],
  })
  changePassword(@CurrentPrincipal() who: Principal, @Body() body: ChangePassword): Promise<void> {
    return this.passwords.change(who, body);
  }
}
