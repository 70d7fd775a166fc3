import { Controller, Get, Param, ParseUUIDPipe, Query, Req, UseGuards } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { CallDto, CallSummaryDto, ListCallsDto } from './calls.dto';
import { CallsService } from './calls.service';
import { JwtAuthGuard, type AuthenticatedRequest } from './jwt.strategy';

const exposed = { excludeExtraneousValues: true };

@Controller('calls')
@UseGuards(JwtAuthGuard)
export class CallsController {
  constructor(private readonly calls: CallsService) {}

  @Get()
  async findAll(@Req() { user }: AuthenticatedRequest, @Query() query: ListCallsDto) {
    const { items, total } = await this.calls.findAll(user.tenantId, query);
    return { items: plainToInstance(CallSummaryDto, items, exposed), total, page: query.page };
  }

  @Get(':id')
  async findOne(@Req() { user }: AuthenticatedRequest, @Param('id', ParseUUIDPipe) id: string) {
    return plainToInstance(CallDto, await this.calls.findOne(user.tenantId, id), exposed);
  }
}
