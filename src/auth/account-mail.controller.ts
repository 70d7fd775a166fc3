import { Body, Controller, HttpCode, Post, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { originOf } from '../kernel/http/client-address';
import { Operation } from '../kernel/http/operation';
import { Public } from '../kernel/security/auth.guard';
import { Own } from '../kernel/security/permissions';
import { CurrentPrincipal, type Principal } from '../kernel/security/principal';
import { RequestPasswordReset, ResetPassword, VerifyEmail } from './auth.dto';
import { EmailVerification } from './email-verification.service';
import { PasswordResetRequests } from './password-reset-request.service';
import { PasswordResetService } from './password-reset.service';

/** What goes on by mail: the proof of an address, and a new password for who has forgotten it. */
@ApiTags('Accounts')
@Controller('auth')
export class AccountMailController {
  constructor(
    private readonly verification: EmailVerification,
    private readonly requests: PasswordResetRequests,
    private readonly resets: PasswordResetService,
  ) {}

  @Post('verify-email')
  @HttpCode(204)
  @Public()
  @Operation({
    summary: 'Prove your address with the token that was sent to it',
    open: true,
    problems: ['verification.invalid', 'rate.limited'],
  })
  verify(@Body() { token }: VerifyEmail, @Req() request: FastifyRequest): Promise<void> {
    return this.verification.confirm(token, originOf(request).ip);
  }

  @Post('verify-email/resend')
  @HttpCode(202)
  @Own()
  @Operation({
    summary: 'Have the mail that proves your address sent once more',
    description:
      'The token of an earlier mail ends. Nothing is sent when the address is proven already.',
    status: 202,
    problems: ['rate.limited'],
  })
  resend(@CurrentPrincipal() who: Principal): Promise<void> {
    return this.verification.resend(who);
  }

  @Post('password-reset')
  @HttpCode(202)
  @Public()
  @Operation({
    summary: 'Ask for a mail with which to set a new password',
    description: 'The answer is the same whether the address has an account or not.',
    status: 202,
    open: true,
    problems: ['rate.limited'],
  })
  requestReset(
    @Body() { email }: RequestPasswordReset,
    @Req() request: FastifyRequest,
  ): Promise<void> {
    return this.requests.begin(email, originOf(request).ip);
  }

  @Post('password-reset/confirm')
  @HttpCode(204)
  @Public()
  @Operation({
    summary: 'Set a new password with the token of the mail',
    description:
      'Every session ends, and the address counts as proven. The token works once, for 30 minutes.',
    open: true,
    problems: ['reset.invalid', 'rate.limited'],
  })
  reset(@Body() body: ResetPassword, @Req() request: FastifyRequest): Promise<void> {
    return this.resets.confirm(body, originOf(request));
  }
}
