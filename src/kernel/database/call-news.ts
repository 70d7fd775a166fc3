import { Inject, Injectable, Logger } from '@nestjs/common';
import { Client } from 'pg';
import { SETTINGS, type Settings } from '../config/settings';
import { loggable } from './database-errors';

/**
 * Hears that calls have changed, somewhere. The channel carries nothing else: whoever has the server's login may listen too.
 * A connection that is lost, or a pooler in between that passes nothing on, only makes the news later: see CallStreams.
 */
@Injectable()
export class CallNews {
  private readonly logger = new Logger(CallNews.name);
  private client: Client | null = null;

  constructor(@Inject(SETTINGS) private readonly settings: Settings) {}

  /** One connection for the whole process, made when there is none. */
  async listen(tell: () => void): Promise<void> {
    if (this.client) return;
    const client = new Client({
      connectionString: this.settings.databaseListenUrl ?? this.settings.databaseUrl,
      application_name: 'ava-api calls',
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
    });
    this.client = client;
    const lost = () => {
      if (this.client === client) this.client = null;
    };
    client.on('error', lost).on('end', lost).on('notification', tell);
    try {
      await client.connect();
      await client.query('LISTEN ava_calls');
      // What happened before anybody listened.
      tell();
    } catch (error) {
      lost();
      this.logger.warn(`Nobody listens for changed calls: ${JSON.stringify(loggable(error))}`);
      await client.end().catch(() => undefined);
    }
  }

  async close(): Promise<void> {
    const { client } = this;
    this.client = null;
    await client?.end().catch(() => undefined);
  }
}
