import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CallNews } from '../kernel/database/call-news';
import { Call } from './call.entity';
import { CallGuard } from './call.guard';
import { CallStreamController } from './call-stream.controller';
import { CallStreams } from './call-streams.service';
import { CallsController } from './calls.controller';
import { CallsService } from './calls.service';

@Module({
  imports: [TypeOrmModule.forFeature([Call])],
  controllers: [CallsController, CallStreamController],
  providers: [CallsService, CallGuard, CallNews, CallStreams],
  exports: [CallsService],
})
export class CallsModule {}
