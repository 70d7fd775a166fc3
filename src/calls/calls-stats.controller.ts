import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Operation } from '../kernel/http/operation';
import { Needs } from '../kernel/security/permissions';
import { CurrentPrincipal, type Principal } from '../kernel/security/principal';
import { AskStats, CallStats, TagPage } from './calls-stats.dto';
import { CallsStatsService } from './calls-stats.service';

@ApiTags('Calls')
@Controller('calls')
export class CallsStatsController {
  constructor(private readonly service: CallsStatsService) {}

  @Get('stats')
  @Needs('call.read')
  @Operation({
    summary: 'Count calls: answered, durations, cost, by hour, day, week or month',
    description:
      'In the time zone asked for, summer time included: a day may have 23 or 25 hours. At most 1,000 buckets. Calls without a start count when they were recorded.',
    ok: CallStats,
    problems: ['request.invalid'],
  })
  stats(@CurrentPrincipal() who: Principal, @Query() query: AskStats): Promise<CallStats> {
    return this.service.stats(who, query);
  }

  @Get('tags')
  @Needs('call.read')
  @Operation({
    summary: 'List the tags of your tenant’s calls, the most frequent first',
    description: 'The 1,000 most frequent.',
    ok: TagPage,
  })
  tags(@CurrentPrincipal() who: Principal): Promise<TagPage> {
    return this.service.tags(who);
  }
}
