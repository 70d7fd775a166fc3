import { Body, Controller, Delete, Get, HttpCode, Post, UseGuards } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Operation } from '../kernel/http/operation';
import { StandingWithTheWork } from '../kernel/security/auth.guard';
import { Own } from '../kernel/security/permissions';
import { CurrentPrincipal, type Principal } from '../kernel/security/principal';
import {
  RevealCredentials,
  RevealedTwilioAccount,
  SetTwilioCredentials,
  TwilioSettingsView,
} from './credentials.dto';
import { CredentialsService } from './credentials.service';
import { CredentialRevealService } from './credential-reveal.service';
import { CredentialVerificationService } from './credential-verification.service';
import { VerificationLimit } from './verification-limit.guard';

/** The caller's own Twilio credentials; no route takes the id of another user. */
@ApiTags('Credentials')
@Controller('twilio-settings')
@Own()
export class TwilioSettingsController {
  constructor(
    private readonly credentials: CredentialsService,
    private readonly verification: CredentialVerificationService,
    private readonly revealing: CredentialRevealService,
  ) {}

  @Get()
  @StandingWithTheWork()
  @Operation({ summary: 'Show your Twilio credentials, masked', ok: TwilioSettingsView })
  async get(@CurrentPrincipal() who: Principal): Promise<TwilioSettingsView> {
    return TwilioSettingsView.of(await this.credentials.get(who));
  }

  @Post()
  @StandingWithTheWork()
  @HttpCode(200)
  @Operation({
    summary: 'Save your Twilio credentials; they are stored sealed',
    ok: TwilioSettingsView,
  })
  async set(
    @CurrentPrincipal() who: Principal,
    @Body() body: SetTwilioCredentials,
  ): Promise<TwilioSettingsView> {
    return TwilioSettingsView.of(await this.credentials.setTwilio(who, body));
  }

  @Delete()
  @HttpCode(204)
  @Operation({ summary: 'Forget your Twilio credentials, also when there are none' })
  async clear(@CurrentPrincipal() who: Principal): Promise<void> {
    await this.credentials.clearTwilio(who);
  }

  @Post('verify')
  @UseGuards(VerificationLimit)
  @HttpCode(200)
  @Operation({
    summary: 'Ask Twilio whether it accepts your credentials',
    description:
      'Keeps what Twilio said: `valid`, or `invalid` when Twilio refuses the pair, or has suspended or closed the account. Changes nothing when Twilio cannot be asked. Ten times a minute at most.',
    ok: TwilioSettingsView,
    problems: [
      'credential.missing',
      'credential.unreadable',
      'provider.unavailable',
      'rate.limited',
    ],
  })
  async verify(@CurrentPrincipal() who: Principal): Promise<TwilioSettingsView> {
    return TwilioSettingsView.of(await this.verification.twilio(who));
  }

  @Post('reveal')
  @HttpCode(200)
  @Operation({
    summary: 'Show your Twilio credentials in clear; needs the password',
    description: 'Five times an hour at most, wrong passwords included. Each attempt is recorded.',
    ok: RevealedTwilioAccount,
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
  ): Promise<RevealedTwilioAccount> {
    return this.revealing.twilio(who, password);
  }
}
