import { Body, Controller, Get, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Operation } from '../kernel/http/operation';
import { Needs } from '../kernel/security/permissions';
import { CurrentPrincipal, type Principal } from '../kernel/security/principal';
import {
  ChangeRetention,
  PreviewRetention,
  RetentionPreview,
  RetentionView,
} from './retention.dto';
import { RetentionService } from './retention.service';

@ApiTags('Tenants')
@Controller('tenant/retention')
export class RetentionController {
  constructor(private readonly retention: RetentionService) {}

  @Get()
  @Needs('tenant.retention')
  @Operation({ summary: 'Show how long the tenant keeps calls and transcripts', ok: RetentionView })
  get(@CurrentPrincipal() who: Principal): Promise<RetentionView> {
    return this.retention.get(who);
  }

  @Put()
  @Needs('tenant.retention')
  @Operation({
    summary: 'Set how long the tenant keeps calls and transcripts',
    description:
      'What is older is removed for good, once a day. A change has an effect after 24 hours at the earliest; look at GET /tenant/retention/preview first.',
    ok: RetentionView,
  })
  change(
    @CurrentPrincipal() who: Principal,
    @Body() body: ChangeRetention,
  ): Promise<RetentionView> {
    return this.retention.change(who, body);
  }

  @Get('preview')
  @Needs('tenant.retention')
  @Operation({
    summary: 'Count what a run would remove now',
    description: 'With the days of the query, a missing one being for ever; without any, as set.',
    ok: RetentionPreview,
    problems: ['request.invalid'],
  })
  preview(
    @CurrentPrincipal() who: Principal,
    @Query() query: PreviewRetention,
  ): Promise<RetentionPreview> {
    return this.retention.preview(who, query);
  }
}
