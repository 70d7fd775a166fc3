import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module';
import { SecurityAuditModule } from '../security-audit/security-audit.module';
import { AdminController } from './admin.controller';
import { CountsService } from './counts.service';
import { JobsController } from './jobs.controller';
import { JobsOverview } from './jobs-overview.service';
import { OperatorGuard } from './operator.guard';
import { OperatorTrail } from './operator-trail.service';
import { AdminTenantsController } from './tenants.controller';
import { TenantsOverview } from './tenants-overview.service';
import { TrailOverview } from './trail-overview.service';
import { AdminUsersController } from './users.controller';
import { UsersOverview } from './users-overview.service';

@Module({
  imports: [SecurityAuditModule, AuditModule],
  controllers: [AdminController, AdminTenantsController, AdminUsersController, JobsController],
  providers: [
    CountsService,
    JobsOverview,
    OperatorGuard,
    OperatorTrail,
    TenantsOverview,
    TrailOverview,
    UsersOverview,
  ],
})
export class AdminModule {}
