import { Module } from '@nestjs/common';
import { PassportModule } from '@nestjs/passport';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '../audit/audit.module';
import { AvaProfilesModule } from '../ava-profiles/ava-profiles.module';
import { TenantsModule } from '../tenants/tenants.module';
import { UsersModule } from '../users/users.module';
import { AccessTokens } from './access-tokens';
import { AccountsService } from './accounts.service';
import { AuthController } from './auth.controller';
import { AuthService } from './auth.service';
import { JwtStrategy } from './jwt.strategy';
import { LoginAttempts } from './login-attempts';
import { OwnTenantsController } from './own-tenants.controller';
import { PasswordChangeService } from './password-change.service';
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
  ],
  controllers: [AuthController, SessionsController, OwnTenantsController],
  providers: [
    AccessTokens,
    AccountsService,
    AuthService,
    JwtStrategy,
    LoginAttempts,
    PasswordChangeService,
    RefreshTokens,
    SessionGuard,
    SessionIssuer,
    SessionsService,
    TenantOpeningService,
  ],
})
export class AuthModule {}
