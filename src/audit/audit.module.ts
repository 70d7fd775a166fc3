import { Module } from '@nestjs/common';
import { AuditSearch } from './audit-search.service';
import { AuditTrailService } from './audit-trail.service';
import { AuditController } from './audit.controller';
import { AuditService } from './audit.service';

@Module({
  controllers: [AuditController],
  providers: [AuditService, AuditSearch, AuditTrailService],
  exports: [AuditService, AuditSearch],
})
export class AuditModule {}
