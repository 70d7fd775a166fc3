import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Logger as PinoLogger } from 'pino';
import { AppModule } from './app.module';
import type { Settings } from './kernel/config/settings';
import { createAdapter, allowOrigins } from './kernel/http/fastify';
import { createLogger, NestLogger } from './kernel/http/logger';
import { serveDocs } from './kernel/http/openapi';

/** The whole application, ready to listen. Used by the server, the demo and the tests alike. */
export async function createApp(
  settings: Settings,
  logger: PinoLogger = createLogger(settings),
): Promise<NestFastifyApplication> {
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.with(settings),
    createAdapter(settings, logger),
    { logger: new NestLogger(logger), bodyParser: false, abortOnError: false },
  );
  allowOrigins(app, settings);
  if (settings.docs) serveDocs(app, settings);
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  return app;
}
