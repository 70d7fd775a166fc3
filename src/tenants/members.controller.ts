import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Patch,
  Post,
  Query,
  UseGuards,
} from '@nestjs/common';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import { Operation } from '../kernel/http/operation';
import { OwnedResource } from '../kernel/security/owned-resource';
import { Needs } from '../kernel/security/permissions';
import { CurrentPrincipal, type Principal } from '../kernel/security/principal';
import { MemberGuard } from './member.guard';
import { ChangeMember, ListMembers, MemberPage, MemberView, TransferTenant } from './members.dto';
import { MembersService } from './members.service';

const UserId = ApiParam({ name: 'userId', format: 'uuid', description: 'Id of the member.' });

@ApiTags('Tenants')
@Controller('tenant')
export class MembersController {
  constructor(private readonly members: MembersService) {}

  @Get('members')
  @Needs('member.read')
  @Operation({
    summary: 'List who works in the tenant, the oldest membership first',
    ok: MemberPage,
    problems: ['request.invalid', 'cursor.invalid'],
  })
  list(@CurrentPrincipal() who: Principal, @Query() query: ListMembers): Promise<MemberPage> {
    return this.members.list(who, query);
  }

  @Patch('members/:userId')
  @Needs('member.change_role')
  @UseGuards(MemberGuard)
  @UserId
  @Operation({
    summary: 'Change the role of a member, or step down yourself',
    description:
      'Only an owner changes an owner or makes one. The role counts at the next request of that person.',
    ok: MemberView,
    problems: [
      'member.owner_required',
      'member.not_found',
      'tenant.last_owner',
      'tenant.last_member',
    ],
  })
  changeRole(
    @CurrentPrincipal() who: Principal,
    @OwnedResource() member: MemberView,
    @Body() { role }: ChangeMember,
  ): Promise<MemberView> {
    return this.members.changeRole(who, member, role);
  }

  @Delete('members/:userId')
  @HttpCode(204)
  @Needs('member.leave', 'member.remove')
  @UseGuards(MemberGuard)
  @UserId
  @Operation({
    summary: 'Remove a member, or leave the tenant yourself',
    description:
      'Sessions of that person in this tenant end at once. Phone numbers the person brought go to the oldest owner; the account stays.',
    problems: [
      'auth.role_too_low',
      'member.owner_required',
      'member.not_found',
      'tenant.last_owner',
      'tenant.last_member',
    ],
  })
  remove(@CurrentPrincipal() who: Principal, @OwnedResource() member: MemberView): Promise<void> {
    return this.members.remove(who, member);
  }

  @Post('transfer')
  @HttpCode(204)
  @Needs('tenant.transfer')
  @Operation({
    summary: 'Hand the tenant over: the member becomes an owner, you an admin',
    description: 'Needs the password. Both happen, or neither.',
    problems: ['auth.password_wrong', 'member.not_found'],
  })
  transfer(@CurrentPrincipal() who: Principal, @Body() body: TransferTenant): Promise<void> {
    return this.members.transfer(who, body);
  }
}
