import { createApp } from '../boot';
import { loadEnv } from '../kernel/config/env';
import { resolveSettings } from '../kernel/config/settings';
import { createLogger } from '../kernel/http/logger';
import { buildOpenApi } from '../kernel/http/openapi';

export async function printOpenApi(): Promise<void> {
  const { settings, stop } = await resolveSettings(loadEnv());
  try {
    const app = await createApp(settings, createLogger({ logLevel: 'silent' }));
    console.log(JSON.stringify(buildOpenApi(app, settings), null, 2));
    await app.close();
  } finally {
    await stop();
  }
}
