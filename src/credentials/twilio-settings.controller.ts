import { Body, Controller, Delete, Get, HttpCode, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Operation } from '../kernel/http/operation';
import { CurrentPrincipal, type Principal } from '../kernel/security/principal';
import { SetTwilioCredentials, TwilioSettingsView } from './credentials.dto';
import { CredentialsService } from './credentials.service';

/** The caller's own Twilio credentials; no route takes the id of another user. */
@ApiTags('Credentials')
@Controller('twilio-settings')
export class TwilioSettingsController {
  constructor(private readonly credentials: CredentialsService) {}

  @Get()
  @Operation({ summary: 'Show your Twilio credentials, masked', ok: TwilioSettingsView })
  async get(@CurrentPrincipal() who: Principal): Promise<TwilioSettingsView> {
    return TwilioSettingsView.of(await this.credentials.get(who));
  }

  @Post()
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
}
