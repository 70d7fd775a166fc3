import {
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { loggable } from '../kernel/database/database-errors';
import { QueueDb } from '../kernel/database/queue-db';

/** Milliseconds between two looks whether some tenant's run is due. */
const INTERVAL = 5 * 60_000;

/** Each replica looks; the database adds a job that is due once. */
@Injectable()
export class RetentionSchedule implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(RetentionSchedule.name);
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly queue: QueueDb) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.look(), INTERVAL).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  /** @returns how many jobs were added */
  async addDue(): Promise<number> {
    const { rows } = await this.queue.executeSql('SELECT ava.schedule_retention() AS added');
    return (rows as [{ added: number }])[0].added;
  }

  /** A database that is away is there again at some later look. */
  private async look(): Promise<void> {
    try {
      await this.addDue();
    } catch (error) {
      const { type, sqlstate } = loggable(error);
      this.logger.warn(`Runs that are due could not be added: ${String(sqlstate ?? type)}`);
    }
  }
}
