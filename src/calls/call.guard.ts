import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { requireOwned } from '../kernel/security/owned-resource';
import { CallsService } from './calls.service';

/** On every `:id` route: the call is loaded inside the caller's tenant, or it does not exist. */
@Injectable()
export class CallGuard implements CanActivate {
  constructor(private readonly calls: CallsService) {}

  canActivate(context: ExecutionContext): Promise<true> {
    return requireOwned(context, (who, id) => this.calls.find(who, id), 'call.not_found');
  }
}
