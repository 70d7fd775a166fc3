import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module';
import { JobsModule } from '../jobs/jobs.module';
import { RetentionController } from './retention.controller';
import { RetentionRunService } from './retention-run.service';
import { RetentionSchedule } from './retention-schedule.service';
import { RetentionService } from './retention.service';

@Module({
  imports: [AuditModule, JobsModule],
  controllers: [RetentionController],
  providers: [RetentionService, RetentionRunService, RetentionSchedule],
})
export class RetentionModule {}
