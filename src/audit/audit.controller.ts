import { Controller, Get, Query, StreamableFile } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Operation } from '../kernel/http/operation';
import { Needs } from '../kernel/security/permissions';
import { CurrentPrincipal, type Principal } from '../kernel/security/principal';
import { AuditTrailService } from './audit-trail.service';
import { EventPage, FilterEvents, ListEvents } from './audit.dto';

@ApiTags('Audit')
@Controller('audit')
@Needs('audit.read')
export class AuditController {
  constructor(private readonly trail: AuditTrailService) {}

  @Get()
  @Operation({
    summary: 'List what was done in your tenant, the newest first',
    description:
      'Also what operators of the installation did to it or looked at. A member is shown with name and address, whoever left by id alone, an operator as `operator`.',
    ok: EventPage,
    problems: ['request.invalid', 'cursor.invalid'],
  })
  list(@CurrentPrincipal() who: Principal, @Query() query: ListEvents): Promise<EventPage> {
    return this.trail.list(who, query);
  }

  @Get('export')
  @Operation({
    summary: 'Export what was done in your tenant as CSV, the newest first',
    description:
      'Of any length. Cells that a spreadsheet would take for a formula begin with an apostrophe. An answer that breaks off is not complete.',
    media: 'text/csv',
    problems: ['request.invalid', 'tenant.export_busy'],
  })
  async export(
    @CurrentPrincipal() who: Principal,
    @Query() filters: FilterEvents,
  ): Promise<StreamableFile> {
    return new StreamableFile(await this.trail.export(who, filters), {
      type: 'text/csv; charset=utf-8',
      disposition: 'attachment; filename="audit.csv"',
    });
  }
}
