import { decode } from 'jsonwebtoken';
import { Client, type QueryResultRow } from 'pg';
import { Vault, parseKeyring } from '../../src/kernel/security/vault';
import { encryptionKey } from './keys';
import type { TestApp } from './app';
import { openInvitation } from './invitation-rows';
import { register, type Person } from './people';

export const proof = new Vault(parseKeyring(encryptionKey)).serverProofs.join();

/** A connection under the server's own login, as injected SQL would have it. */
export class LoginSession {
  private constructor(private readonly client: Client) {}

  static async open({ database }: Pick<TestApp, 'database'>): Promise<LoginSession> {
    const client = new Client({ connectionString: database.serverUrl });
    await client.connect();
    return new LoginSession(client);
  }

  close(): Promise<void> {
    return this.client.end();
  }

  async query<Row extends QueryResultRow>(sql: string, values: unknown[] = []): Promise<Row[]> {
    return (await this.client.query<Row>(sql, values)).rows;
  }

  /** In a transaction that is rolled back, after the given settings were made by hand. */
  async with<T>(settings: Readonly<Record<string, string>>, work: () => Promise<T>): Promise<T> {
    await this.client.query('BEGIN');
    try {
      for (const [name, value] of Object.entries(settings)) {
        await this.client.query('SELECT set_config($1, $2, true)', [name, value]);
      }
      return await work();
    } finally {
      await this.client.query('ROLLBACK');
    }
  }

  /** What a statement meets: the number of rows it returned or changed, or the SQLSTATE that refused it. */
  async meets(sql: string, values: unknown[] = []): Promise<number | string> {
    await this.client.query('SAVEPOINT before');
    try {
      const { rowCount } = await this.client.query(sql, values);
      return rowCount ?? 0;
    } catch (error) {
      await this.client.query('ROLLBACK TO SAVEPOINT before');
      return (error as { code: string }).code;
    }
  }
}

export function sessionIdOf({ accessToken }: Pick<Person, 'accessToken'>): string {
  return (decode(accessToken) as { sid: string }).sid;
}

/** The settings that `ava.enter_tenant` makes, as somebody would write them who knows the ids. */
export function claim(
  who: { sessionId: string; userId: string; tenantId: string },
  role = 'ava_tenant',
): Record<string, string> {
  return {
    role,
    'ava.session_id': who.sessionId,
    'ava.user_id': who.userId,
    'ava.tenant_id': who.tenantId,
  };
}

/** Somebody with a row of every kind. */
export type Member = Pick<Person, 'client' | 'userId' | 'tenantId'> & { sessionId: string };

export async function memberOf(app: TestApp, name: string): Promise<Member> {
  const person = await register(app, name);
  await person.client.post('/vapi-settings', { apiKey: `sk_${name}_0123456789abcdef` });
  await person.client.post('/phone-numbers', { number: '+33612100067' });
  await person.client.post('/calls', {
    startedAt: '2025-01-31T09:30:00Z',
    direction: 'inbound',
    status: 'ended',
    transcript: `words of ${name}`,
  });
  await person.client.put('/tenant/retention', { transcriptDays: 90, callDays: null });
  const number = '+33612100067';
  const { body: preview } = await person.client.post('/callers/erase-preview', { number });
  await person.client.post('/callers/erase', { number, confirm: preview.confirm });
  const { tenantId, userId: inviter } = person;
  await openInvitation(app, { tenantId, inviter, email: `guest.of.${name}@example.com` });
  return { ...person, sessionId: sessionIdOf(person) };
}

/** The column by which a row belongs to somebody, and to whom a row of Bob belongs. */
export const ownerOf = (table: string, who: Member): [string, string] => {
  if (table === 'users') return ['id', who.userId];
  if (['sessions', 'account_tokens'].includes(table)) return ['user_id', who.userId];
  return [table === 'tenants' ? 'id' : 'tenant_id', who.tenantId];
};
