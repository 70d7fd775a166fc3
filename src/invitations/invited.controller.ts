import { Body, Controller, HttpCode, Post, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { addressOf } from '../kernel/http/client-address';
import { Operation } from '../kernel/http/operation';
import { Public } from '../kernel/security/auth.guard';
import { InvitationPreview, InvitationToken } from './invited.dto';
import { InvitedService } from './invited.service';
import { TOKEN_PROBLEMS } from './invited.types';

@ApiTags('Invitations')
@Controller('invitations')
@Public()
export class InvitedController {
  constructor(private readonly invited: InvitedService) {}

  @Post('preview')
  @HttpCode(200)
  @Operation({
    summary: 'Show who invites, to what',
    ok: InvitationPreview,
    open: true,
    problems: TOKEN_PROBLEMS,
  })
  preview(
    @Body() { token }: InvitationToken,
    @Req() { id, ip }: FastifyRequest,
  ): Promise<InvitationPreview> {
    return this.invited.preview(token, { requestId: id, ip: addressOf(ip) });
  }

  @Post('decline')
  @HttpCode(204)
  @Operation({
    summary: 'Decline; the link is dead then',
    open: true,
    problems: TOKEN_PROBLEMS,
  })
  decline(@Body() { token }: InvitationToken, @Req() { id, ip }: FastifyRequest): Promise<void> {
    return this.invited.decline(token, { requestId: id, ip: addressOf(ip) });
  }
}
