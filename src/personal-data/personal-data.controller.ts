import { Controller, Get, StreamableFile } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Operation } from '../kernel/http/operation';
import { EvenWhenSuspended } from '../kernel/security/auth.guard';
import { Own } from '../kernel/security/permissions';
import { CurrentPrincipal, type Principal } from '../kernel/security/principal';
import { PersonalData } from './personal-data.dto';
import { PersonalDataService } from './personal-data.service';

@ApiTags('Users')
@Controller('me')
@Own()
export class PersonalDataController {
  constructor(private readonly personalData: PersonalDataService) {}

  @Get('export')
  @EvenWhenSuspended()
  @Operation({
    summary: 'Everything that is held about you, in one document',
    description:
      'In all of your tenants. Provider keys are masked, and without their mask where your tenant is suspended; password, tokens and their hashes are left out. What belongs to a tenant (its calls, its profile) is the tenant’s. Ten an hour.',
    ok: PersonalData,
    problems: ['rate.limited'],
  })
  async export(@CurrentPrincipal() who: Principal): Promise<StreamableFile> {
    return new StreamableFile(await this.personalData.export(who), {
      type: 'application/json; charset=utf-8',
      disposition: 'attachment; filename="ava-export.json"',
    });
  }
}
