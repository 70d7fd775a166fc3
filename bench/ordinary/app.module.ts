import { Module } from '@nestjs/common';
import { PassportModule } from '@nestjs/passport';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Call } from './call.entity';
import { CallsController } from './calls.controller';
import { CallsService } from './calls.service';
import { HealthController } from './health.controller';
import { JwtStrategy } from './jwt.strategy';
import { SettingsController } from './settings.controller';
import { SettingsService } from './settings.service';
import { User } from './user.entity';

@Module({
  imports: [
    TypeOrmModule.forRootAsync({
      useFactory: () => ({
        type: 'postgres',
        url: process.env.DATABASE_URL ?? '',
        entities: [Call, User],
        synchronize: false,
        poolSize: 10,
      }),
    }),
    TypeOrmModule.forFeature([Call, User]),
    PassportModule,
  ],
  controllers: [CallsController, SettingsController, HealthController],
  providers: [CallsService, SettingsService, JwtStrategy],
})
export class AppModule {}
