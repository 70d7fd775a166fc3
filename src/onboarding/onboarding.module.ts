import { Module } from '@nestjs/common';
import { AvaProfilesModule } from '../ava-profiles/ava-profiles.module';
import { CallsModule } from '../calls/calls.module';
import { CredentialsModule } from '../credentials/credentials.module';
import { PhoneNumbersModule } from '../phone-numbers/phone-numbers.module';
import { UsersModule } from '../users/users.module';
import { OnboardingProgress } from './onboarding-progress';
import { OnboardingController } from './onboarding.controller';
import { OnboardingService } from './onboarding.service';

@Module({
  imports: [UsersModule, CredentialsModule, AvaProfilesModule, PhoneNumbersModule, CallsModule],
  controllers: [OnboardingController],
  providers: [OnboardingService, OnboardingProgress],
})
export class OnboardingModule {}
