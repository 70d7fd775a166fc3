import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { TenantDb } from '../kernel/database/tenant-db';
import type { Principal } from '../kernel/security/principal';
import { UsersService } from '../users/users.service';
import { stepIds, type OnboardingView, type StepId } from './onboarding.dto';
import { OnboardingProgress } from './onboarding-progress';

/** The flag with which a client says that its user does not want a step. */
const skipFlags: Readonly<Partial<Record<StepId, string>>> = {
  profile: 'profile_skipped',
  vapi: 'vapi_skipped',
  twilio: 'twilio_skipped',
  phone_number: 'numbers_skipped',
  first_call: 'first_call_skipped',
};

@Injectable()
export class OnboardingService {
  constructor(
    private readonly db: TenantDb,
    private readonly users: UsersService,
    private readonly progress: OnboardingProgress,
  ) {}

  get(who: Principal): Promise<OnboardingView> {
    return this.db.run(who, (em) => this.view(em, who));
  }

  change(who: Principal, flags: Record<string, unknown>): Promise<OnboardingView> {
    return this.db.run(who, async (em) => {
      await this.users.mergeFlags(em, who, flags);
      return this.view(em, who);
    });
  }

  /** Each step from the real state; a flag can only say that an open step is not wanted. */
  private async view(em: EntityManager, who: Principal): Promise<OnboardingView> {
    const flags = await this.users.flags(em, who);
    const done = await this.progress.of(em, who);
    const steps = stepIds.map((id) => {
      const skipped = flags[skipFlags[id] ?? ''] === true;
      return { id, state: done[id] ? 'done' : skipped ? 'skipped' : 'todo' } as const;
    });
    return { flags, steps, completed: steps.every(({ state }) => state !== 'todo') };
  }
}
