import { Body, Controller, HttpCode, Post, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { originOf } from '../kernel/http/client-address';
import { Operation } from '../kernel/http/operation';
import { Public } from '../kernel/security/auth.guard';
import { EmailChangeConfirmation } from './email-change-confirmation.service';
import { ConfirmEmailChange } from './users.dto';

@ApiTags('Accounts')
@Controller('auth/email-change')
export class EmailChangeController {
  constructor(private readonly confirmation: EmailChangeConfirmation) {}

  @Post('confirm')
  @HttpCode(204)
  @Public()
  @Operation({
    summary: 'Confirm a new address with the token that was sent to it',
    description:
      'From here on it is the one to log in with. The address before is told of it; other tokens that were sent by mail end.',
    open: true,
    problems: ['verification.invalid', 'user.email_taken', 'rate.limited'],
  })
  confirm(@Body() { token }: ConfirmEmailChange, @Req() request: FastifyRequest): Promise<void> {
    return this.confirmation.confirm(token, originOf(request));
  }
}
