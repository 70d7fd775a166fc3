import { startApp, type TestApp } from '../support/app';
import { Client } from '../support/client';
import { login, password } from '../support/people';
import { withoutIds } from '../support/without-ids';

// These look at the parameters of the hashes.
jest.unmock('piscina');

let app: TestApp;
let anyone: Client;

beforeAll(async () => {
  app = await startApp();
  anyone = new Client(app.app);
});
afterAll(() => app.close());

const TABLES = ['users', 'tenants', 'memberships', 'ava_profiles', 'sessions'];

/** How many rows each table of an account holds. */
async function counts(): Promise<Record<string, number>> {
  const columns = TABLES.map((table) => `(SELECT count(*)::int FROM ${table}) AS ${table}`);
  const [row] = await app.sql<Record<string, number>>(`SELECT ${columns.join(', ')}`);
  return row ?? {};
}

const plus = (before: Record<string, number>, more: number) =>
  Object.fromEntries(TABLES.map((table) => [table, (before[table] ?? 0) + more]));

describe('registration', () => {
  it('makes the user, a tenant with its owner and the default profile, and opens a session', async () => {
    const before = await counts();

    const answer = await anyone.post('/auth/register', {
      email: 'Alice@Example.com',
      password,
      name: 'Alice',
      tenantName: 'Atelier Alice',
      locale: 'en',
    });

    const tenant = { id: expect.any(String), name: 'Atelier Alice', role: 'owner' };
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({
      accessToken: expect.any(String),
      tokenType: 'Bearer',
      expiresIn: 900,
      refreshToken: expect.any(String),
      user: {
        id: expect.any(String),
        email: 'Alice@Example.com',
        emailVerified: false,
        pendingEmail: null,
        name: 'Alice',
        locale: 'en',
        createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        tenants: [tenant],
      },
      tenant,
    });
    expect(await counts()).toEqual(plus(before, 1));
    const alice = anyone.as(answer.body.accessToken as string);
    expect((await alice.get('/me')).body).toEqual(answer.body.user);
    expect((await alice.get('/ava-profile')).body).toMatchObject({
      name: 'Ava',
      voice: 'alloy',
      tone: 'calm',
      language: 'en',
      version: 1,
    });
  });

  it('stores the password as argon2id only, and answers without it', async () => {
    const answer = await anyone.post('/auth/register', { email: 'hash@example.com', password });

    const [row] = await app.sql<{ hash: string; row: string }>(
      `SELECT password_hash AS hash, u::text AS row FROM users u WHERE email = 'hash@example.com'`,
    );
    expect(row?.hash).toMatch(/^\$argon2id\$v=19\$m=47104,t=2,p=1\$/);
    expect(row?.row).not.toContain(password);
    expect(answer.text).not.toMatch(/argon2|correct horse/);
  });

  it.each(['memberships', 'ava_profiles', 'sessions'])(
    'leaves nothing behind when %s cannot be written',
    async (table) => {
      const before = await counts();
      await app.sql(
        `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
           $$ BEGIN RAISE EXCEPTION 'refused: %', NEW; END $$;
         CREATE TRIGGER refuse BEFORE INSERT ON ${table} FOR EACH ROW EXECUTE FUNCTION refuse()`,
      );

      const refused = await anyone.post('/auth/register', { email: 'late@example.com', password });
      await app.sql('DROP FUNCTION refuse CASCADE');

      expect(refused.status).toBe(500);
      expect(refused.body.code).toBe('server.error');
      expect(await counts()).toEqual(before);
      expect(app.logs()).not.toMatch(/late@example|correct horse|refused/);
    },
  );

  it('gives an address to one account only, however often and written however it is asked for', async () => {
    const before = await counts();
    const spellings = ['zoe@example.com', 'Zoe@Example.com', 'ZOE@EXAMPLE.COM', ' zoe@example.com'];

    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        anyone.post('/auth/register', { email: spellings[i % spellings.length], password }),
      ),
    );

    const refused = answers.filter(({ status }) => status !== 201);
    expect(refused).toHaveLength(19);
    expect(new Set(refused.map(({ status, body }) => `${status} ${body.code as string}`))).toEqual(
      new Set(['409 user.email_taken']),
    );
    expect(refused.map(({ text }) => text).join()).not.toMatch(/zoe/i);
    expect(await counts()).toEqual(plus(before, 1));
  });
});

describe('the language of a new account', () => {
  it.each([
    ['fr-FR,fr;q=0.9,en;q=0.5', undefined, 'fr'],
    ['en;q=0.2, fr-CA', undefined, 'fr'],
    ['de, *;q=0.1', undefined, 'en'],
    ['nonsense;;q=x', undefined, 'en'],
    ['fr', 'en', 'en'],
    ['en', 'fr', 'fr'],
  ])('with Accept-Language %j and locale %j is %s', async (header, locale, expected) => {
    const email = `${Buffer.from(`${header} ${locale ?? ''}`)
      .toString('hex')
      .slice(0, 60)}@x.com`;

    const { body } = await anyone.post(
      '/auth/register',
      { email, password, ...(locale && { locale }) },
      { headers: { 'accept-language': header } },
    );

    expect(body.user.locale).toBe(expected);
    const profile = await anyone.as(body.accessToken as string).get('/ava-profile');
    expect(profile.body.language).toBe(expected);
  });

  it('is English without Accept-Language', async () => {
    const { body } = await anyone.post('/auth/register', { email: 'quiet@example.com', password });

    expect(body.user.locale).toBe('en');
  });
});

describe('the name of a new tenant', () => {
  let tries = 0;

  it.each([
    ['what was asked for', { name: 'Nora', tenantName: 'Nora & Fils' }, 'Nora & Fils'],
    ['else the name of the person', { name: 'Nora' }, 'Nora'],
    ['else the part of the address before the @', {}, 'nora.3'],
    ['the same when the name is null', { name: null }, 'nora.4'],
  ])('is %s', async (_, fields, expected) => {
    tries += 1;
    const email = `nora.${tries}@example.com`;

    const { body } = await anyone.post('/auth/register', { email, password, ...fields });

    expect(body.tenant.name).toBe(expected);
  });
});

describe('the password of a new account', () => {
  it.each([
    ['15 characters', 'a'.repeat(15)],
    ['128 characters', 'z'.repeat(128)],
    ['15 characters of two code units each', '😀'.repeat(15)],
    ['128 characters of two code units each', '😀'.repeat(128)],
    ['spaces at both ends', '  fifteen and more  '],
  ])('may have %s, and is taken as it is', async (label, secret) => {
    const email = `${label.replaceAll(' ', '-')}@example.com`;

    const answer = await anyone.post('/auth/register', { email, password: secret });

    expect(answer.status).toBe(201);
    await expect(login(app, email, secret)).resolves.toMatchObject({ email });
    const other = secret.trim() === secret ? [...secret].fill('!', -1).join('') : secret.trim();
    const wrong = await anyone.post('/auth/login', { email, password: other });
    expect(wrong.status).toBe(401);
  });

  it.each([
    ['14 characters', 'a'.repeat(14), 'text.length'],
    ['129 characters', 'a'.repeat(129), 'text.length'],
    ['14 characters that are 28 code units', '😀'.repeat(14), 'text.length'],
    ['129 characters that are 258 code units', '😀'.repeat(129), 'text.length'],
    ['a NUL', `${'a'.repeat(20)}\0`, 'text.characters'],
    ['half a surrogate pair', `${'a'.repeat(20)}\ud800`, 'text.characters'],
    ['the wrong type', 123456789012345, 'text.type'],
    ['null', null, 'field.null'],
  ])('may not have %s, and the refusal does not repeat it', async (_, secret, code) => {
    const email = 'refused@example.com';

    const answer = await anyone.post('/auth/register', { email, password: secret });

    expect(answer.status).toBe(400);
    expect(answer.body.errors).toEqual([expect.objectContaining({ field: 'password', code })]);
    expect(withoutIds(answer, email).text).not.toMatch(/aaaa|😀|12345678/u);
  });
});

describe('registration refuses', () => {
  it.each([
    ['no address', { password }, 'email', 'field.required'],
    ['no password', { email: 'a@example.com' }, 'password', 'field.required'],
    ['an address without a domain', { email: 'alice@', password }, 'email', 'email.invalid'],
    ['two addresses', { email: 'a@x.com,b@x.com', password }, 'email', 'email.invalid'],
    [
      'an address that is too long',
      {
        email: `a@${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(63)}.${'e'.repeat(63)}.f.fr.com`,
        password,
      },
      'email',
      'email.invalid',
    ],
    ['an address that is no text', { email: ['a@x.com'], password }, 'email', 'email.invalid'],
    ['a blank name', { email: 'a@x.com', password, name: '  ' }, 'name', 'text.blank'],
    [
      'a blank tenant name',
      { email: 'a@x.com', password, tenantName: '' },
      'tenantName',
      'text.length',
    ],
    ['another language', { email: 'a@x.com', password, locale: 'de' }, 'locale', 'choice.invalid'],
    ['power', { email: 'a@x.com', password, operator: true }, 'operator', 'field.unknown'],
    ['another id', { email: 'a@x.com', password, id: 'x' }, 'id', 'field.unknown'],
    ['another tenant', { email: 'a@x.com', password, tenantId: 'x' }, 'tenantId', 'field.unknown'],
  ])('%s', async (_, body, field, code) => {
    const before = await counts();

    const answer = await anyone.post('/auth/register', body);

    expect(answer.status).toBe(400);
    expect(answer.body.errors).toContainEqual(expect.objectContaining({ field, code }));
    expect(await counts()).toEqual(before);
  });
});
