import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Patch,
  Post,
  Query,
  Res,
  UseGuards,
} from '@nestjs/common';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Operation } from '../kernel/http/operation';
import { OwnedResource } from '../kernel/security/owned-resource';
import { StandingWithTheWork } from '../kernel/security/auth.guard';
import { Needs } from '../kernel/security/permissions';
import { CurrentPrincipal, type Principal } from '../kernel/security/principal';
import { Call } from './call.entity';
import { CallGuard } from './call.guard';
import { ChangeCall, ListCalls, RecordCall } from './calls.dto';
import { CallsService } from './calls.service';
import { CallPage, CallView } from './calls.view';

const Id = ApiParam({ name: 'id', format: 'uuid', description: 'Id of the call.' });

@ApiTags('Calls')
@Controller('calls')
export class CallsController {
  constructor(private readonly calls: CallsService) {}

  @Get()
  @StandingWithTheWork()
  @Needs('call.read')
  @Operation({
    summary: 'List the calls of your tenant, newest first',
    ok: CallPage,
    problems: ['request.invalid', 'cursor.invalid'],
  })
  list(@CurrentPrincipal() who: Principal, @Query() query: ListCalls): Promise<CallPage> {
    return this.calls.list(who, query);
  }

  @Get(':id')
  @StandingWithTheWork()
  @UseGuards(CallGuard)
  @Id
  @Needs('call.read')
  @Operation({
    summary: 'Show a call with its transcript',
    ok: CallView,
    problems: ['call.not_found'],
  })
  get(@OwnedResource() call: Call): CallView {
    return CallView.of(call);
  }

  @Post()
  @Needs('call.record')
  @Operation({
    summary: 'Record a call',
    description:
      'Idempotent by providerCallId: recording it again answers the stored call and changes nothing.',
    ok: CallView,
    status: 201,
    also: { 200: 'The call was already recorded; as stored.' },
  })
  async record(
    @CurrentPrincipal() who: Principal,
    @Body() body: RecordCall,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CallView> {
    const { call, created } = await this.calls.record(who, body);
    void reply.status(created ? 201 : 200);
    return CallView.of(call);
  }

  @Patch(':id')
  @Needs('call.change')
  @UseGuards(CallGuard)
  @Id
  @Operation({
    summary: 'Change the notes or tags of a call',
    ok: CallView,
    problems: ['call.not_found'],
  })
  async change(
    @CurrentPrincipal() who: Principal,
    @OwnedResource() call: Call,
    @Body() body: ChangeCall,
  ): Promise<CallView> {
    return CallView.of(await this.calls.change(who, call, body));
  }

  @Delete(':id')
  @HttpCode(204)
  @Needs('call.delete')
  @UseGuards(CallGuard)
  @Id
  @Operation({ summary: 'Delete a call', problems: ['call.not_found'] })
  remove(@CurrentPrincipal() who: Principal, @OwnedResource() { id }: Call): Promise<void> {
    return this.calls.remove(who, id);
  }
}
