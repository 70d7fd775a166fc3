import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module';
import { CallerErasureService } from './caller-erasure.service';
import { CallerExportService } from './caller-export.service';
import { CallersController } from './callers.controller';
import { ErasureKeys } from './erasure-keys';
import { ErasureReceipts } from './erasure-receipts.service';

@Module({
  imports: [AuditModule],
  controllers: [CallersController],
  providers: [CallerErasureService, CallerExportService, ErasureReceipts, ErasureKeys],
})
export class CallersModule {}
