import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { PhoneNumbersModule } from '../phone-numbers/phone-numbers.module';
import { TenantsModule } from '../tenants/tenants.module';
import { AccountDeletionService } from './account-deletion.service';
import { User } from './user.entity';
import { UserGuard } from './user.guard';
import { UsersController } from './users.controller';
import { UsersService } from './users.service';

@Module({
  imports: [TypeOrmModule.forFeature([User]), TenantsModule, PhoneNumbersModule],
  controllers: [UsersController],
  providers: [AccountDeletionService, UsersService, UserGuard],
  exports: [UsersService],
})
export class UsersModule {}
