import { Body, Controller, Get, Patch } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Operation } from '../kernel/http/operation';
import { Own } from '../kernel/security/permissions';
import { CurrentPrincipal, type Principal } from '../kernel/security/principal';
import { ChangeOnboarding, OnboardingView } from './onboarding.dto';
import { OnboardingService } from './onboarding.service';

/** The caller's own progress; no route takes the id of another user. */
@ApiTags('Onboarding')
@Controller('onboarding')
@Own()
export class OnboardingController {
  constructor(private readonly onboarding: OnboardingService) {}

  @Get()
  @Operation({ summary: 'Show your onboarding', ok: OnboardingView })
  get(@CurrentPrincipal() who: Principal): Promise<OnboardingView> {
    return this.onboarding.get(who);
  }

  @Patch()
  @Operation({ summary: 'Merge onboarding flags', ok: OnboardingView })
  change(
    @CurrentPrincipal() who: Principal,
    @Body() { flags }: ChangeOnboarding,
  ): Promise<OnboardingView> {
    return this.onboarding.change(who, flags);
  }
}
