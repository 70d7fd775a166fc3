import { Body, Controller, Delete, Get, HttpCode, Post, UseGuards } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Operation } from '../kernel/http/operation';
import { StandingWithTheWork } from '../kernel/security/auth.guard';
import { Own } from '../kernel/security/permissions';
import { CurrentPrincipal, type Principal } from '../kernel/security/principal';
import {
  RevealCredentials,
  RevealedVapiKey,
  SetVapiKey,
  VapiSettingsView,
} from './credentials.dto';
import { CredentialsService } from './credentials.service';
import { CredentialRevealService } from './credential-reveal.service';
import { CredentialVerificationService } from './credential-verification.service';
import { VerificationLimit } from './verification-limit.guard';

/** The caller's own Vapi credentials; no route takes the id of another user. */
@ApiTags('Credentials')
@Controller('vapi-settings')
@Own()
export class VapiSettingsController {
  constructor(
    private readonly credentials: CredentialsService,
    private readonly verification: CredentialVerificationService,
    private readonly revealing: CredentialRevealService,
  ) {}

  @Get()
  @StandingWithTheWork()
  @Operation({ summary: 'Show your Vapi credentials, masked', ok: VapiSettingsView })
  async get(@CurrentPrincipal() who: Principal): Promise<VapiSettingsView> {
    return VapiSettingsView.of(await this.credentials.get(who));
  }

  @Post()
  @StandingWithTheWork()
  @HttpCode(200)
  @Operation({
    summary: 'Save your Vapi credentials; they are stored sealed',
    ok: VapiSettingsView,
  })
  async set(
    @CurrentPrincipal() who: Principal,
    @Body() body: SetVapiKey,
  ): Promise<VapiSettingsView> {
    return VapiSettingsView.of(await this.credentials.setVapiKey(who, body.apiKey));
  }

  @Delete()
  @HttpCode(204)
  @Operation({ summary: 'Forget your Vapi credentials, also when there are none' })
  async clear(@CurrentPrincipal() who: Principal): Promise<void> {
    await this.credentials.clearVapiKey(who);
  }

  @Post('verify')
  @UseGuards(VerificationLimit)
  @HttpCode(200)
  @Operation({
    summary: 'Ask Vapi whether it accepts your credentials',
    description:
      'Keeps what Vapi said: `valid`, or `invalid` when Vapi refuses the key. Changes nothing when Vapi cannot be asked. Ten times a minute at most.',
    ok: VapiSettingsView,
    problems: [
      'credential.missing',
      'credential.unreadable',
      'provider.unavailable',
      'rate.limited',
    ],
  })
  async verify(@CurrentPrincipal() who: Principal): Promise<VapiSettingsView> {
    return VapiSettingsView.of(await this.verification.vapi(who));
  }

  @Post('reveal')
  @HttpCode(200)
  @Operation({
    summary: 'Show your Vapi credentials in clear; needs the password',
    description: 'Five times an hour at most, wrong passwords included. Each attempt is recorded.',
    ok: RevealedVapiKey,
    problems: [
      'auth.password_wrong',
      'credential.missing',
      'credential.unreadable',
      'rate.limited',
    ],
  })
  reveal(
    @CurrentPrincipal() who: Principal,
    @Body() { password }: RevealCredentials,
  ): Promise<RevealedVapiKey> {
    return this.revealing.vapi(who, password);
  }
}
