import { Body, Controller, Get, HttpCode, Post, Req, UseGuards } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { JwtAuthGuard, type AuthenticatedRequest } from './jwt.strategy';
import { SaveSettingsDto, SettingsDto } from './settings.dto';
import { SettingsService } from './settings.service';

@Controller('vapi-settings')
@UseGuards(JwtAuthGuard)
export class SettingsController {
  constructor(private readonly settings: SettingsService) {}

  @Get()
  async find(@Req() { user }: AuthenticatedRequest) {
    return plainToInstance(SettingsDto, await this.settings.find(user.userId));
  }

  @Post()
  @HttpCode(200)
  async save(@Req() { user }: AuthenticatedRequest, @Body() body: SaveSettingsDto) {
    return plainToInstance(SettingsDto, await this.settings.save(user.userId, body.apiKey));
  }
}
