import { Body, Controller, Delete, Get, HttpCode, Patch, UseGuards } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Operation } from '../kernel/http/operation';
import { EvenWhenSuspended } from '../kernel/security/auth.guard';
import { Own } from '../kernel/security/permissions';
import { CurrentPrincipal, type Principal } from '../kernel/security/principal';
import { AccountDeletionService } from './account-deletion.service';
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
    ok: UserView,
    problems: ['auth.password_wrong', 'rate.limited', 'user.email_taken'],
  })
  change(@CurrentPrincipal() who: Principal, @Body() body: ChangeMe): Promise<UserView> {
    return this.users.change(who, body);
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
