import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module';
import { MailModule } from '../mail/mail.module';
import { InvitationLetters } from './invitation-letters';
import { InvitationLimits } from './invitation-limits';
import { InvitationGuard } from './invitation.guard';
import { InvitationsController } from './invitations.controller';
import { InvitationsService } from './invitations.service';
import { InvitedController } from './invited.controller';
import { InvitedService } from './invited.service';
import { InvitingService } from './inviting.service';

@Module({
  imports: [MailModule, AuditModule],
  controllers: [InvitationsController, InvitedController],
  providers: [
    InvitationGuard,
    InvitationLetters,
    InvitationLimits,
    InvitationsService,
    InvitedService,
    InvitingService,
  ],
  exports: [InvitedService],
})
export class InvitationsModule {}
