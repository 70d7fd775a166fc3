import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { requireOwned } from '../kernel/security/owned-resource';
import { PhoneNumbersService } from './phone-numbers.service';

/** On every `:id` route: the number is loaded inside the caller's tenant, or it does not exist. */
@Injectable()
export class PhoneNumberGuard implements CanActivate {
  constructor(private readonly numbers: PhoneNumbersService) {}

  canActivate(context: ExecutionContext): Promise<true> {
    return requireOwned(context, (who, id) => this.numbers.find(who, id), 'phone_number.not_found');
  }
}
