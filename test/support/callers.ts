import type { TestApp } from './app';
import type { Person } from './people';

export const NUMBER = '+33612100067';

/** By SQL, as the earlier system stored any text for a customer. */
export async function record(
  app: TestApp,
  { tenantId }: Person,
  customer: string | null,
  texts: object = {},
) {
  const row = {
    ...{ tenant_id: tenantId, customer, status: 'ended', duration_seconds: 240, cost: 0.42 },
    ...{ transcript: 'Bonjour', summary: 'Short', notes: 'Nice', tags: ['vip'] },
    ...{ recording_url: 'https://example.com/1.mp3', messages: [{ role: 'bot', message: 'Hi' }] },
    ...texts,
  };
  const [made] = await app.sql<{ id: string }>(
    `INSERT INTO calls (tenant_id, id, customer, status, duration_seconds, cost, transcript, summary, notes, tags,
                        recording_url, messages, provider, provider_call_id)
     SELECT tenant_id, gen_random_uuid(), customer, status, duration_seconds, cost, transcript, summary, notes, tags,
            recording_url, messages, provider, provider_call_id
       FROM jsonb_populate_record(NULL::calls, $1) RETURNING id`,
    [JSON.stringify(row)],
  );
  return made?.id ?? '';
}

export const preview = async (who: Person, number = NUMBER) =>
  (await who.client.post('/callers/erase-preview', { number })).body as {
    calls: number;
    mentions: number;
    forms: string[];
    confirm: string;
    erasedBefore: string | null;
  };
export async function erase(who: Person, number = NUMBER) {
  const { confirm } = await preview(who, number);
  return who.client.post('/callers/erase', { number, confirm });
}

/** Calls, receipts and trail of a tenant, as they are stored. */
export const everything = async (app: TestApp, { tenantId }: Person) =>
  (
    await app.sql<{ row: string }>(
      `SELECT to_jsonb(c)::text AS row FROM calls c WHERE tenant_id = $1
     UNION ALL SELECT to_jsonb(r)::text FROM erasure_receipts r WHERE tenant_id = $1
     UNION ALL SELECT to_jsonb(e)::text FROM audit_events e WHERE tenant_id = $1`,
      [tenantId],
    )
  )
    .map(({ row }) => row)
    .join('\n');
