import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '../audit/audit.module';
import { ProvidersModule } from '../providers/providers.module';
import { CredentialRevealService } from './credential-reveal.service';
import { CredentialUsageController } from './credential-usage.controller';
import { CredentialUsageService } from './credential-usage.service';
import { CredentialVerificationService } from './credential-verification.service';
import { UserCredentials } from './credentials.entity';
import { CredentialsService } from './credentials.service';
import { CredentialsSubscriber } from './credentials.subscriber';
import { TwilioSettingsController } from './twilio-settings.controller';
import { VapiSettingsController } from './vapi-settings.controller';

@Module({
  imports: [AuditModule, ProvidersModule, TypeOrmModule.forFeature([UserCredentials])],
  controllers: [VapiSettingsController, TwilioSettingsController, CredentialUsageController],
  providers: [
    CredentialsService,
    CredentialVerificationService,
    CredentialRevealService,
    CredentialUsageService,
    CredentialsSubscriber,
  ],
  exports: [CredentialsService],
})
export class CredentialsModule {}
