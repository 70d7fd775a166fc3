import { Module } from '@nestjs/common';
import { SecurityAuditModule } from '../security-audit/security-audit.module';
import { AdminController } from './admin.controller';
import { OperatorGuard } from './operator.guard';

@Module({
  imports: [SecurityAuditModule],
  controllers: [AdminController],
  providers: [OperatorGuard],
})
export class AdminModule {}
