import { Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import { Operation } from '../kernel/http/operation';
import { UuidParam } from '../kernel/http/uuid-param';
import { CurrentPrincipal, type Principal } from '../kernel/security/principal';
import { ForOperators } from './operator.guard';
import { SearchUsers, UserOverview, UserOverviewPage } from './users.dto';
import { UsersOverview } from './users-overview.service';

const Id = ApiParam({ name: 'id', format: 'uuid', description: 'Id of the person.' });

@ApiTags('Operators')
@Controller('admin/users')
@ForOperators()
export class AdminUsersController {
  constructor(private readonly users: UsersOverview) {}

  @Get()
  @Operation({
    summary: 'Search the people, the newest account first',
    ok: UserOverviewPage,
    problems: ['request.invalid', 'cursor.invalid', 'operator.required'],
  })
  search(
    @CurrentPrincipal() who: Principal,
    @Query() query: SearchUsers,
  ): Promise<UserOverviewPage> {
    return this.users.search(who, query);
  }

  @Get(':id')
  @Id
  @Operation({
    summary: 'Show a person',
    description:
      'The tenants of that person find in their audit trail that an operator has looked.',
    ok: UserOverview,
    problems: ['request.invalid', 'operator.required', 'user.not_found'],
  })
  get(@CurrentPrincipal() who: Principal, @UuidParam('id') id: string): Promise<UserOverview> {
    return this.users.get(who, id);
  }

  @Post(':id/end-sessions')
  @HttpCode(204)
  @Id
  @Operation({
    summary: 'End all sessions of a person',
    description:
      'Access and refresh tokens are dead at once. Of your own, the session you act from goes on.',
    problems: ['request.invalid', 'operator.required', 'user.not_found'],
  })
  endSessions(@CurrentPrincipal() who: Principal, @UuidParam('id') id: string): Promise<void> {
    return this.users.endSessions(who, id);
  }
}
