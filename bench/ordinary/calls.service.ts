import { Injectable, NotFoundException } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { Call } from './call.entity';
import type { ListCallsDto } from './calls.dto';

@Injectable()
export class CallsService {
  constructor(@InjectRepository(Call) private readonly calls: Repository<Call>) {}

  async findAll(tenantId: string, { page, limit }: ListCallsDto) {
    const [items, total] = await this.calls.findAndCount({
      where: { tenantId },
      order: { sortedAt: 'DESC', id: 'DESC' },
      skip: (page - 1) * limit,
      take: limit,
    });
    return { items, total };
  }

  async findOne(tenantId: string, id: string): Promise<Call> {
    const call = await this.calls.findOne({ where: { id, tenantId } });
    if (!call) throw new NotFoundException('Call not found');
    return call;
  }
}
