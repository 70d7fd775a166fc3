import { Controller, Get, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Operation } from '../kernel/http/operation';
import { Public } from '../kernel/security/auth.guard';
import { Liveness, Readiness } from './health.dto';
import { HealthService } from './health.service';

@ApiTags('Operation')
@Controller('health')
@Public()
export class HealthController {
  constructor(private readonly health: HealthService) {}

  @Get('live')
  @Operation({ summary: 'Tell that the process answers', ok: Liveness, open: true })
  live(): Liveness {
    return { status: 'ok' };
  }

  @Get('ready')
  @Operation({
    summary: 'Tell whether requests can be served: database and migrations',
    ok: Readiness,
    open: true,
    also: { 503: 'Not ready: the database does not answer or migrations are pending.' },
  })
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<Readiness> {
    const readiness = await this.health.readiness();
    void reply.status(readiness.status === 'ready' ? 200 : 503);
    return readiness;
  }
}
