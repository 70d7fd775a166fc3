import { Body, Controller, Delete, Get, HttpCode, Patch, UseGuards } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Operation } from '../kernel/http/operation';
import { EvenWhenSuspended } from '../kernel/security/auth.guard';
import { Own } from '../kernel/security/permissions';
import { CurrentPrincipal, type Principal } from '../kernel/security/principal';
import { AccountDeletionService } from './account-deletion.service';
import { DeletionPreview } from './deletion-preview.dto';
import { DeletionPreviewService } from './deletion-preview.service';
import { ProfileChangeService } from './profile-change.service';
import { UserGuard } from './user.guard';
import { ChangeMe, DeleteMe } from './users.dto';
import { UsersService } from './users.service';
import { UserView } from './users.types';

@ApiTags('Users')
@Controller('me')
@Own()
@UseGuards(UserGuard)
export class UsersController {
  constructor(
    private readonly users: UsersService,
    private readonly deletion: AccountDeletionService,
    private readonly previews: DeletionPreviewService,
    private readonly profile: ProfileChangeService,
  ) {}

  @Get()
  @EvenWhenSuspended()
  @Operation({ summary: 'Show your account', ok: UserView })
  get(@CurrentPrincipal() who: Principal): Promise<UserView> {
    return this.users.me(who);
  }

  @Patch()
  @Operation({
    summary: 'Change your name, language or address',
    description:
      'A new address is shown as pendingEmail until the token of the mail that is sent to it comes back (POST /auth/email-change/confirm). Only then is told whether somebody else has it.',
    ok: UserView,
    problems: ['auth.password_wrong', 'rate.limited'],
  })
  change(@CurrentPrincipal() who: Principal, @Body() body: ChangeMe): Promise<UserView> {
    return this.profile.change(who, body);
  }

  @Delete('email-change')
  @HttpCode(204)
  @Operation({ summary: 'Take back a change of your address that waits for its confirmation' })
  cancelEmailChange(@CurrentPrincipal() who: Principal): Promise<void> {
    return this.profile.emailChange.cancel(who);
  }

  @Get('deletion-preview')
  @EvenWhenSuspended()
  @Operation({
    summary: 'What deleting your account would do',
    description: 'DELETE /me does exactly this, unless something changes in between.',
    ok: DeletionPreview,
  })
  previewDeletion(@CurrentPrincipal() who: Principal): Promise<DeletionPreview> {
    return this.previews.preview(who);
  }

  @Delete()
  @HttpCode(204)
  @EvenWhenSuspended()
  @Operation({
    summary: 'Delete your account',
    description:
      'Tenants you are alone in go with everything in them. Refused while a shared tenant would lose its last owner.',
    problems: ['auth.password_wrong', 'rate.limited', 'tenant.last_owner'],
  })
  remove(@CurrentPrincipal() who: Principal, @Body() { password }: DeleteMe): Promise<void> {
    return this.deletion.remove(who, password);
  }
}
