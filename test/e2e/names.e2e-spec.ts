import { startMailApp, type MailApp } from '../support/account-mail';
import { Client, type Answer } from '../support/client';
import { guest, invite, mailedToken, visitor } from '../support/invitations';
import { password, register, type Person } from '../support/people';

let app: MailApp;
let olga: Person;
let numberId: string;

beforeAll(async () => {
  app = await startMailApp({ TENANCY_MODE: 'team' });
  olga = await register(app, 'olga', { tenantName: 'Studio' });
  const { body } = await olga.client.post('/phone-numbers', { number: '+33612345678' });
  numberId = body.id as string;
});
afterAll(() => app.close());

const registering = (more: object) =>
  new Client(app.app).post('/auth/register', { email: guest(), password, ...more });
/** Whatever takes a name that a mail shows. */
const names: [string, string, (name: string) => Promise<Answer>][] = [
  ['the name of who registers', 'name', (name) => registering({ name })],
  ['the tenant of who registers', 'tenantName', (tenantName) => registering({ tenantName })],
  ['one’s own name', 'name', (name) => olga.client.patch('/me', { name })],
  ['the name of a tenant', 'name', (name) => olga.client.patch('/tenant', { name })],
  ['a further tenant', 'name', (name) => olga.client.post('/tenants', { name })],
  [
    'the name of who accepts',
    'name',
    async (name) => {
      const email = guest();
      await invite(olga, email);
      return visitor(app).register(await mailedToken(app, app.server, email), { name });
    },
  ],
];
/** Single lines that no mail shows. */
const lines: typeof names = [
  ['the name of a profile', 'name', (name) => olga.client.patch('/ava-profile', { name })],
  [
    'the name of a whole profile',
    'name',
    (name) => olga.client.put('/ava-profile', { name, voice: 'alloy', tone: 'calm' }),
  ],
  [
    'the label of a number',
    'label',
    (label) => olga.client.patch(`/phone-numbers/${numberId}`, { label }),
  ],
  [
    'a tag',
    'tags',
    (tag) =>
      olga.client.post('/calls', {
        startedAt: '2025-01-31T09:30:00Z',
        direction: 'inbound',
        status: 'ended',
        tags: [tag],
      }),
  ],
];
const OFF_THE_LINE = [
  ...['\n', '\r', '\t', '\u0007', '\u001b', '\u007f', '\u0085', '\u009b'],
  ...['\u2028', '\u2029', '\u061c', '\u200e', '\u200f'],
  ...['\u202a', '\u202b', '\u202c', '\u202d', '\u202e'],
  ...['\u2066', '\u2067', '\u2068', '\u2069'],
];

async function refusalsOf(set: (text: string) => Promise<Answer>, texts: string[]) {
  const refusals: unknown[] = [];
  for (const text of texts) {
    const { status, body } = await set(text);
    const errors = body?.errors as { field: string; code: string }[] | undefined;
    refusals.push([status, errors?.map(({ field, code }) => [field, code])]);
  }
  return refusals;
}

describe.each([...names, ...lines])('%s', (_, field, set) => {
  it('is one line, and turns no text around it', async () => {
    const texts = OFF_THE_LINE.map((sign) => `Ava${sign}Max`);

    const refusals = await refusalsOf(set, texts);

    expect(refusals).toEqual(texts.map(() => [400, [[field, 'text.line']]]));
  });

  it.each(['Éloïse d’Arc', '👩‍👩‍👧 Ava', 'می‌خواهم', 'אבא ו-שמש', 'a'.repeat(64)])(
    'may be %s',
    async (text) => {
      expect((await set(text)).status).toBeLessThan(300);
    },
  );
});

describe.each(names)('%s', (_, field, set) => {
  it('is no link, which a mail of ours would show to strangers', async () => {
    const texts = ['https://evil.example', 'Prize: ftp://evil.example/x', 'www.evil.example'];
    texts.push(' WWW.evil.example');

    const refusals = await refusalsOf(set, texts);

    expect(refusals).toEqual(texts.map(() => [400, [[field, 'name.link']]]));
  });

  it('may hold what is none', async () => {
    expect((await set('Bob: wwwhat? and/or www.')).status).toBeLessThan(300);
  });
});

it('what is wrong with a name is told in the caller’s language', async () => {
  const messages = async (language: string, name: string) => {
    const headers = { 'accept-language': language };
    const { body } = await olga.client.patch('/me', { name }, { headers });
    return (body.errors as { message: string }[])[0]?.message;
  };

  expect(await messages('en', 'a\nb')).toBe(
    'must be one line without control characters, also those that turn text around',
  );
  expect(await messages('fr', 'a\nb')).toMatch(/^doit tenir sur une ligne/);
  expect(await messages('fr', 'www.x.fr')).toBe('ne doit pas être un lien');
});

it('names from before are shown as they are, and can be replaced or deleted', async () => {
  const eve = await register(app, 'eve');
  const odd = 'https://old.example\r\nBcc: x';
  await app.sql('UPDATE users SET name = $2 WHERE id = $1', [eve.userId, odd]);
  await app.sql('UPDATE tenants SET name = $2 WHERE id = $1', [eve.tenantId, odd]);
  await app.sql('UPDATE ava_profiles SET name = $2 WHERE tenant_id = $1', [eve.tenantId, odd]);

  expect((await eve.client.get('/me')).body.name).toBe(odd);
  expect((await eve.client.get('/tenant')).body.name).toBe(odd);
  expect((await eve.client.get('/ava-profile')).body.name).toBe(odd);
  expect((await eve.client.patch('/me', { locale: 'fr' })).status).toBe(200);
  expect((await eve.client.patch('/ava-profile', { voice: 'nova' })).status).toBe(200);
  expect((await eve.client.delete('/tenant', { password, confirm: odd })).status).toBe(204);
});
