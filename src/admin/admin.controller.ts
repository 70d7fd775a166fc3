import { Controller, Get, Headers, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { IncomingHttpHeaders } from 'node:http';
import { Operation } from '../kernel/http/operation';
import { localeOf } from '../kernel/http/request-locale';
import { CurrentPrincipal, type Principal } from '../kernel/security/principal';
import { SecurityAuditService } from '../security-audit/security-audit.service';
import { SecurityReport } from './admin.dto';
import { InstallationCounts } from './counts.dto';
import { CountsService } from './counts.service';
import { ForOperators } from './operator.guard';
import { SearchTrail, TrailPage } from './trail.dto';
import { TrailOverview } from './trail-overview.service';

@ApiTags('Operators')
@Controller('admin')
@ForOperators()
export class AdminController {
  constructor(
    private readonly audit: SecurityAuditService,
    private readonly installation: CountsService,
    private readonly trail: TrailOverview,
  ) {}

  @Get('security-report')
  @Operation({
    summary: 'Show the security report of this installation',
    description:
      'Computed now from the catalogue, counts and the routes that run; holds no row of anybody. Texts follow Accept-Language (en, fr); keys and ids are stable.',
    ok: SecurityReport,
    problems: ['operator.required'],
  })
  securityReport(
    @CurrentPrincipal() who: Principal,
    @Headers() headers: IncomingHttpHeaders,
  ): Promise<SecurityReport> {
    return this.audit.report(who, localeOf(headers));
  }

  @Get('counts')
  @Operation({
    summary: 'Show how much there is in this installation',
    ok: InstallationCounts,
    problems: ['operator.required'],
  })
  counts(@CurrentPrincipal() who: Principal): Promise<InstallationCounts> {
    return this.installation.counts(who);
  }

  @Get('audit')
  @Operation({
    summary: 'Search the audit trails of all tenants, the newest event first',
    description:
      'Without details and addresses of requests. A tenant whose trail is searched by its id finds that in it.',
    ok: TrailPage,
    problems: ['request.invalid', 'cursor.invalid', 'operator.required'],
  })
  searchTrail(@CurrentPrincipal() who: Principal, @Query() query: SearchTrail): Promise<TrailPage> {
    return this.trail.search(who, query);
  }
}
