import { Injectable, Logger } from '@nestjs/common';
import { DatabaseCheck } from '../kernel/database/database-check';
import type { Readiness } from './health.dto';

@Injectable()
export class HealthService {
  private readonly logger = new Logger(HealthService.name);

  constructor(private readonly database: DatabaseCheck) {}

  async readiness(): Promise<Readiness> {
    try {
      const pending = await this.database.pendingMigrations();
      const status = pending.length === 0 ? 'ready' : 'not_ready';
      return { status, database: true, pendingMigrations: pending };
    } catch {
      // The cause may quote the connection's address: it is in the database's own log.
      this.logger.warn('readiness: the database does not answer');
      return { status: 'not_ready', database: false, pendingMigrations: [] };
    }
  }
}
