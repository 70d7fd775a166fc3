import { Controller, Get } from '@nestjs/common';
import { DataSource } from 'typeorm';

@Controller('health')
export class HealthController {
  constructor(private readonly dataSource: DataSource) {}

  @Get('ready')
  async ready() {
    await this.dataSource.query('SELECT 1');
    return { status: 'ready' };
  }
}
