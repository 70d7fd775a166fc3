import { Module } from '@nestjs/common';
import { PassportModule } from '@nestjs/passport';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '../audit/audit.module';
import { AvaProfilesModule } from '../ava-profiles/ava-profiles.module';
import { InvitationsModule } from '../invitations/invitations.module';
import { JobsModule } from '../jobs/jobs.module';
import { MailModule } from '../mail/mail.module';
import { TenantsModule } from '../tenants/tenants.module';
import { UsersModule } from '../users/users.module';
import { AccessTokens } from './access-tokens';
import { AccountMailController } from './account-mail.controller';
import { AccountsService } from './accounts.service';
import { AuthController } from './auth.controller';
import { AuthService } from './auth.service';
import { EmailVerification } from './email-verification.service';
import { InvitationAcceptanceController } from './invitation-acceptance.controller';
import { InvitationAcceptanceService } from './invitation-acceptance.service';
import { JwtStrategy } from './jwt.strategy';
import { LoginAttempts } from './login-attempts';
import { NewPassword } from './new-password.service';
import { OwnTenantsController } from './own-tenants.controller';
import { PasswordChangeService } from './password-change.service';
import { PasswordResetRequests } from './password-reset-request.service';
import { PasswordResetService } from './password-reset.service';
import { RefreshTokens } from './refresh-tokens';
import { SessionIssuer } from './session-issuer';
import { Session } from './session.entity';
import { SessionGuard } from './session.guard';
import { SessionsController } from './sessions.controller';
import { SessionsService } from './sessions.service';
import { TenantOpeningService } from './tenant-opening.service';

@Module({
  imports: [
    TypeOrmModule.forFeature([Session]),
    PassportModule,
    UsersModule,
    TenantsModule,
    AvaProfilesModule,
    AuditModule,
    InvitationsModule,
    JobsModule,
    MailModule,
  ],
  controllers: [
    AuthController,
    AccountMailController,
    SessionsController,
    OwnTenantsController,
    InvitationAcceptanceController,
  ],
  providers: [
    AccessTokens,
    AccountsService,
    AuthService,
    EmailVerification,
    InvitationAcceptanceService,
    JwtStrategy,
    LoginAttempts,
    NewPassword,
    PasswordChangeService,
    PasswordResetRequests,
    PasswordResetService,
    RefreshTokens,
    SessionGuard,
    SessionIssuer,
    SessionsService,
    TenantOpeningService,
  ],
})
export class AuthModule {}
