import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module';
import { SecurityAuditModule } from '../security-audit/security-audit.module';
import { AdminController } from './admin.controller';
import { JobsController } from './jobs.controller';
import { JobsOverview } from './jobs-overview.service';
import { OperatorGuard } from './operator.guard';

@Module({
  imports: [SecurityAuditModule, AuditModule],
  controllers: [AdminController, JobsController],
  providers: [OperatorGuard, JobsOverview],
})
export class AdminModule {}
