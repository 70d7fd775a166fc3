import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createApp } from '../../src/boot';
import { parseEnv } from '../../src/kernel/config/env';
import { resolveSettings } from '../../src/kernel/config/settings';
import { migrate } from '../../src/kernel/database/migrate';
import { createLogger } from '../../src/kernel/http/logger';
import { parseKeyring, Vault } from '../../src/kernel/security/vault';
import { Homes } from '../support/embedded-home';
import { login, register } from '../support/people';

const homes = new Homes();
afterAll(() => {
  homes.remove();
});

/** `npm start` with nothing but this data directory: PostgreSQL and keys are those in it. */
async function running<T>(
  dataDir: string,
  work: (server: { app: NestFastifyApplication }) => Promise<T>,
): Promise<T> {
  const env = parseEnv({ AVA_DATA_DIR: dataDir, LOG_LEVEL: 'silent', DOCS: 'off' });
  const { settings, stop } = await resolveSettings(env);
  try {
    await migrate({
      adminUrl: settings.databaseAdminUrl ?? '',
      serverUrl: settings.databaseUrl,
      vault: new Vault(parseKeyring(settings.encryptionKey)),
    });
    const app = await createApp(settings, createLogger(settings));
    try {
      return await work({ app });
    } finally {
      await app.close();
    }
  } finally {
    await stop();
  }
}

/** As the page about backups says it. */
function copied(dataDir: string): string {
  const copy = homes.empty();
  expect(spawnSync('cp', ['-a', `${dataDir}/.`, copy]).status).toBe(0);
  return copy;
}

describe('the data directory, copied while nothing runs', () => {
  let dataDir: string;
  let email: string;

  beforeAll(async () => {
    dataDir = homes.empty();
    email = await running(dataDir, async (server) => {
      const alice = await register(server, 'alice');
      await alice.client.post('/vapi-settings', { apiKey: 'sk_of_alice_in_the_copy' });
      return alice.email;
    });
  });

  it('goes on elsewhere: login, account and credentials', async () => {
    const copy = copied(dataDir);
    rmSync(dataDir, { recursive: true });

    const seen = await running(copy, async (server) => {
      const { client } = await login(server, email);
      return (await client.get('/vapi-settings')).body as unknown;
    });

    expect(seen).toMatchObject({ apiKey: 'sk_o…copy', status: 'unverified' });
    dataDir = copy;
  });

  it('without its keys.json is refused', async () => {
    const copy = copied(dataDir);
    rmSync(join(copy, 'keys.json'));

    await expect(running(copy, () => Promise.resolve())).rejects.toThrow(
      'This database knows another ENCRYPTION_KEY',
    );
  });
});
