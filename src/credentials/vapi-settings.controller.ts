import { Body, Controller, Delete, Get, HttpCode, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Operation } from '../kernel/http/operation';
import { CurrentPrincipal, type Principal } from '../kernel/security/principal';
import { SetVapiKey, VapiSettingsView } from './credentials.dto';
import { CredentialsService } from './credentials.service';

/** The caller's own Vapi credentials; no route takes the id of another user. */
@ApiTags('Credentials')
@Controller('vapi-settings')
export class VapiSettingsController {
  constructor(private readonly credentials: CredentialsService) {}

  @Get()
  @Operation({ summary: 'Show your Vapi credentials, masked', ok: VapiSettingsView })
  async get(@CurrentPrincipal() who: Principal): Promise<VapiSettingsView> {
    return VapiSettingsView.of(await this.credentials.get(who));
  }

  @Post()
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
}
