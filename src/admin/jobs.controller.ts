import { Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import { Operation } from '../kernel/http/operation';
import { CurrentPrincipal, type Principal } from '../kernel/security/principal';
import { JobPage, ListJobs } from './jobs.dto';
import { JobsOverview } from './jobs-overview.service';
import { ForOperators } from './operator.guard';

@ApiTags('Operators')
@Controller('admin/jobs')
@ForOperators()
export class JobsController {
  constructor(private readonly jobs: JobsOverview) {}

  @Get()
  @Operation({
    summary: 'List background jobs, by default those that failed',
    description: 'How they fare and whose they are; never what they are about.',
    ok: JobPage,
    problems: ['request.invalid', 'cursor.invalid', 'operator.required'],
  })
  list(@CurrentPrincipal() who: Principal, @Query() query: ListJobs): Promise<JobPage> {
    return this.jobs.list(who, query);
  }

  @Post(':id/retry')
  @HttpCode(204)
  @ApiParam({ name: 'id', format: 'uuid', description: 'Id of a job that failed.' })
  @Operation({
    summary: 'Try a failed job once more',
    description:
      'At once. A mail of which it is not known whether it was sent is sent again: ask whether it arrived first.',
    problems: ['request.invalid', 'job.not_found', 'operator.required'],
  })
  retry(@CurrentPrincipal() who: Principal, @Param('id') id: string): Promise<void> {
    return this.jobs.retry(who, id);
  }
}
