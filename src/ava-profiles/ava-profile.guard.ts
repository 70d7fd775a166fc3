import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { requireOwn } from '../kernel/security/owned-resource';
import { AvaProfilesService } from './ava-profiles.service';

/** Lets the routes of `/ava-profile` reach the profile of the token's tenant and no other. */
@Injectable()
export class AvaProfileGuard implements CanActivate {
  constructor(private readonly profiles: AvaProfilesService) {}

  canActivate(context: ExecutionContext): Promise<true> {
    return requireOwn(context, (who) => this.profiles.find(who), 'ava_profile.not_found');
  }
}
