import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '../audit/audit.module';
import { UserCredentials } from './credentials.entity';
import { CredentialsService } from './credentials.service';
import { CredentialsSubscriber } from './credentials.subscriber';
import { TwilioSettingsController } from './twilio-settings.controller';
import { VapiSettingsController } from './vapi-settings.controller';

@Module({
  imports: [AuditModule, TypeOrmModule.forFeature([UserCredentials])],
  controllers: [VapiSettingsController, TwilioSettingsController],
  providers: [CredentialsService, CredentialsSubscriber],
  exports: [CredentialsService],
})
export class CredentialsModule {}
