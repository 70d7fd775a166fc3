import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { requireOwned } from '../kernel/security/owned-resource';
import { InvitationsService } from './invitations.service';

/** On every `:id` route: the invitation is loaded inside the caller's tenant, or it does not exist. */
@Injectable()
export class InvitationGuard implements CanActivate {
  constructor(private readonly invitations: InvitationsService) {}

  canActivate(context: ExecutionContext): Promise<true> {
    return requireOwned(
      context,
      (who, id) => this.invitations.find(who, id),
      'invitation.not_found',
    );
  }
}
