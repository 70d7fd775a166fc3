import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { requireOwned } from '../kernel/security/owned-resource';
import { MembersService } from './members.service';

/** On every `:userId` route: a member of the caller's tenant, or the person does not exist here. */
@Injectable()
export class MemberGuard implements CanActivate {
  constructor(private readonly members: MembersService) {}

  canActivate(context: ExecutionContext): Promise<true> {
    return requireOwned(
      context,
      (who, id) => this.members.find(who, id),
      'member.not_found',
      'userId',
    );
  }
}
