import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '../audit/audit.module';
import { MemberGuard } from './member.guard';
import { MembersController } from './members.controller';
import { MembersService } from './members.service';
import { Membership } from './membership.entity';
import { Tenant } from './tenant.entity';
import { TenantExportController } from './tenant-export.controller';
import { TenantExportService } from './tenant-export.service';
import { TenantDeletionService } from './tenant-deletion.service';
import { TenantGuard } from './tenant.guard';
import { TenantsController } from './tenants.controller';
import { TenantsService } from './tenants.service';

@Module({
  imports: [TypeOrmModule.forFeature([Tenant, Membership]), AuditModule],
  controllers: [TenantsController, MembersController, TenantExportController],
  providers: [
    TenantsService,
    TenantDeletionService,
    TenantGuard,
    MembersService,
    MemberGuard,
    TenantExportService,
  ],
  exports: [TenantsService],
})
export class TenantsModule {}
