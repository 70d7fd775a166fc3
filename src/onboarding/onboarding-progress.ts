import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AvaProfilesService } from '../ava-profiles/ava-profiles.service';
import { CallsService } from '../calls/calls.service';
import { CredentialsService } from '../credentials/credentials.service';
import type { Principal } from '../kernel/security/principal';
import { PhoneNumbersService } from '../phone-numbers/phone-numbers.service';
import type { StepId } from './onboarding.dto';

/** What a user and his tenant really have; one query after another, as they share a transaction. */
@Injectable()
export class OnboardingProgress {
  constructor(
    private readonly credentials: CredentialsService,
    private readonly profiles: AvaProfilesService,
    private readonly phoneNumbers: PhoneNumbersService,
    private readonly calls: CallsService,
  ) {}

  async of(em: EntityManager, who: Principal): Promise<Record<StepId, boolean>> {
    const { vapi, twilio } = await this.credentials.usable(em, who);
    return {
      account: true,
      profile: await this.profiles.customised(em, who),
      vapi,
      twilio,
      phone_number: await this.phoneNumbers.any(em, who),
      first_call: await this.calls.any(em, who),
    };
  }
}
