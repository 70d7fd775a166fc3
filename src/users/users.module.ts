import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '../audit/audit.module';
import { CredentialsModule } from '../credentials/credentials.module';
import { MailModule } from '../mail/mail.module';
import { PhoneNumbersModule } from '../phone-numbers/phone-numbers.module';
import { TenantsModule } from '../tenants/tenants.module';
import { AccountDeletionService } from './account-deletion.service';
import { AccountLetters } from './account-letters';
import { AccountTokens } from './account-tokens.service';
import { DeletionPreviewService } from './deletion-preview.service';
import { EmailChangeConfirmation } from './email-change-confirmation.service';
import { EmailChangeController } from './email-change.controller';
import { EmailChangeService } from './email-change.service';
import { ProfileChangeService } from './profile-change.service';
import { User } from './user.entity';
import { UserGuard } from './user.guard';
import { UsersController } from './users.controller';
import { UsersService } from './users.service';

@Module({
  imports: [
    TypeOrmModule.forFeature([User]),
    AuditModule,
    CredentialsModule,
    MailModule,
    TenantsModule,
    PhoneNumbersModule,
  ],
  controllers: [UsersController, EmailChangeController],
  providers: [
    AccountDeletionService,
    AccountLetters,
    AccountTokens,
    DeletionPreviewService,
    EmailChangeConfirmation,
    EmailChangeService,
    ProfileChangeService,
    UserGuard,
    UsersService,
  ],
  exports: [AccountTokens, UsersService],
})
export class UsersModule {}
