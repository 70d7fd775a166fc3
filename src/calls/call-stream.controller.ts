import { Controller, Get, Header, Req, StreamableFile } from '@nestjs/common';
import { ApiHeader, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Operation } from '../kernel/http/operation';
import { StandingWithTheWork } from '../kernel/security/auth.guard';
import { Needs } from '../kernel/security/permissions';
import { CurrentPrincipal, type Principal } from '../kernel/security/principal';
import { CallStreams } from './call-streams.service';

const EVENT_STREAM = 'text/event-stream';

const LastEventId = ApiHeader({
  name: 'Last-Event-ID',
  required: false,
  description: 'Id of the last event you have. Without it the stream begins now.',
  schema: { type: 'string', example: '1738315800000000' },
});

@ApiTags('Calls')
@Controller('calls')
export class CallStreamController {
  constructor(private readonly streams: CallStreams) {}

  @Get('stream')
  @StandingWithTheWork()
  @Needs('call.read')
  @LastEventId
  // Proxies that collect answers would hold the events back.
  @Header('x-accel-buffering', 'no')
  @Operation({
    summary: 'Follow the calls of your tenant as they change',
    description:
      'Server-sent events: `call.created` and `call.updated` with the call as `GET /calls` lists it, `call.deleted` with its id, and `reset` when too much has changed or is too long ago to be told: read the list again. Send the id of the last event as `Last-Event-ID` to go on from there within an hour. See docs/live-calls.md.',
    media: EVENT_STREAM,
    problems: ['call.too_many_streams'],
  })
  async follow(
    @CurrentPrincipal() who: Principal,
    @Req() { method, headers }: FastifyRequest,
  ): Promise<StreamableFile> {
    const events = await this.streams.open(who, headers['last-event-id']?.toString());
    // A HEAD is answered by the same route, and nobody would read it to its end.
    if (method === 'HEAD') events.destroy();
    return new StreamableFile(events, { type: EVENT_STREAM });
  }
}
