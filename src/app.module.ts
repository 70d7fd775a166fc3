import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE } from '@nestjs/core';
import { AdminModule } from './admin/admin.module';
import { AuthModule } from './auth/auth.module';
import { AvaProfilesModule } from './ava-profiles/ava-profiles.module';
import { CallersModule } from './callers/callers.module';
import { CallsModule } from './calls/calls.module';
import { CredentialsModule } from './credentials/credentials.module';
import { HealthModule } from './health/health.module';
import { InvitationsModule } from './invitations/invitations.module';
import { JobsModule } from './jobs/jobs.module';
import { ConfigModule } from './kernel/config/config.module';
import type { Settings } from './kernel/config/settings';
import { DatabaseModule } from './kernel/database/database.module';
import { ProblemFilter } from './kernel/http/problem.filter';
import { RequestValidationPipe } from './kernel/http/validation.pipe';
import { AccessTokenGuard } from './kernel/security/auth.guard';
import { RolesGuard } from './kernel/security/roles.guard';
import { SecurityModule } from './kernel/security/security.module';
import { MailModule } from './mail/mail.module';
import { OnboardingModule } from './onboarding/onboarding.module';
import { PersonalDataModule } from './personal-data/personal-data.module';
import { PhoneNumbersModule } from './phone-numbers/phone-numbers.module';
import { RetentionModule } from './retention/retention.module';
import { TenantsModule } from './tenants/tenants.module';
import { UsersModule } from './users/users.module';

@Module({})
export class AppModule {
  static with(settings: Settings): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.with(settings),
        DatabaseModule,
        SecurityModule,
        JobsModule,
        MailModule,
        AuthModule,
        UsersModule,
        TenantsModule,
        InvitationsModule,
        CredentialsModule,
        AvaProfilesModule,
        PhoneNumbersModule,
        CallsModule,
        CallersModule,
        RetentionModule,
        OnboardingModule,
        PersonalDataModule,
        AdminModule,
        HealthModule,
      ],
      providers: [
        { provide: APP_GUARD, useClass: AccessTokenGuard },
        { provide: APP_GUARD, useClass: RolesGuard },
        { provide: APP_PIPE, useClass: RequestValidationPipe },
        { provide: APP_FILTER, useClass: ProblemFilter },
      ],
    };
  }
}
