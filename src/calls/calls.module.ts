import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '../audit/audit.module';
import { CallNews } from '../kernel/database/call-news';
import { Call } from './call.entity';
import { CallGuard } from './call.guard';
import { CallStreamController } from './call-stream.controller';
import { CallStreams } from './call-streams.service';
import { CallsDeletionController } from './calls-deletion.controller';
import { CallsDeletionService } from './calls-deletion.service';
import { CallsExportService } from './calls-export.service';
import { CallsImportService } from './calls-import.service';
import { CallsStatsController } from './calls-stats.controller';
import { CallsStatsService } from './calls-stats.service';
import { CallsTransferController } from './calls-transfer.controller';
import { CallsController } from './calls.controller';
import { CallsService } from './calls.service';

@Module({
  imports: [TypeOrmModule.forFeature([Call]), AuditModule],
  controllers: [
    CallsController,
    CallsTransferController,
    CallStreamController,
    CallsStatsController,
    CallsDeletionController,
  ],
  providers: [
    CallsService,
    CallGuard,
    CallsExportService,
    CallsImportService,
    CallNews,
    CallStreams,
    CallsStatsService,
    CallsDeletionService,
  ],
  exports: [CallsService],
})
export class CallsModule {}
