import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Operation } from '../kernel/http/operation';
import { Needs } from '../kernel/security/permissions';
import { CurrentPrincipal, type Principal } from '../kernel/security/principal';
import { DeleteCalls, DeletedCalls, DeletionOfCalls, PreviewDeletion } from './calls-deletion.dto';
import { CallsDeletionService } from './calls-deletion.service';

@ApiTags('Calls')
@Controller('calls')
export class CallsDeletionController {
  constructor(private readonly deletion: CallsDeletionService) {}

  @Post('delete-preview')
  @HttpCode(200)
  @Needs('call.delete')
  @Operation({
    summary: 'Tell what a deletion of many calls would take',
    description: 'Deletes nothing. At most 100,000 calls, and not without a filter.',
    ok: DeletionOfCalls,
  })
  preview(
    @CurrentPrincipal() who: Principal,
    @Body() body: PreviewDeletion,
  ): Promise<DeletionOfCalls> {
    return this.deletion.preview(who, body);
  }

  @Post('delete')
  @HttpCode(200)
  @Needs('call.delete')
  @Operation({
    summary: 'Delete the calls of a preview',
    description:
      'Exactly those, for good; when the filter chooses others by now, none. 500 go together: when the connection breaks off, the rest may stay.',
    ok: DeletedCalls,
    problems: ['call.selection_changed', 'call.deletion_busy'],
  })
  delete(@CurrentPrincipal() who: Principal, @Body() body: DeleteCalls): Promise<DeletedCalls> {
    return this.deletion.delete(who, body);
  }
}
