import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AvaProfile } from './ava-profile.entity';
import { AvaProfileGuard } from './ava-profile.guard';
import { AvaProfilesController } from './ava-profiles.controller';
import { AvaProfilesService } from './ava-profiles.service';

@Module({
  imports: [TypeOrmModule.forFeature([AvaProfile])],
  controllers: [AvaProfilesController],
  providers: [AvaProfilesService, AvaProfileGuard],
  exports: [AvaProfilesService],
})
export class AvaProfilesModule {}
