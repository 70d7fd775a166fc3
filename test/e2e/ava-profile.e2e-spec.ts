import { startApp, type TestApp } from '../support/app';
import { query } from '../support/database';
import { join, register, type Person } from '../support/people';

let app: TestApp;
let alice: Person;
let bob: Person;

beforeAll(async () => {
  app = await startApp();
});
beforeEach(async () => {
  alice = await register(app, 'alice', { locale: 'fr' });
  bob = await register(app, 'bob');
});
afterAll(() => app.close());

const emma = { name: 'Emma', voice: 'nova', tone: 'warm' };
const patch = (person: Person, body: object, ifMatch?: string) =>
  person.client.patch('/ava-profile', body, {
    headers: ifMatch === undefined ? {} : { 'if-match': ifMatch },
  });

describe('the profile', () => {
  it('is there from the start, in the language of its owner, and carries its version as ETag', async () => {
    const shown = await alice.client.get('/ava-profile');

    expect(shown.headers.etag).toBe('"1"');
    expect(shown.body).toEqual({
      name: 'Ava',
      voice: 'alloy',
      tone: 'calm',
      language: 'fr',
      firstMessage: '',
      instructions: '',
      version: 1,
      updatedAt: expect.any(String),
    });
  });

  it('is one each: (Ava, alloy, calm) here and (Emma, nova, warm) there', async () => {
    await bob.client.put('/ava-profile', emma);

    expect((await alice.client.get('/ava-profile')).body).toMatchObject({
      name: 'Ava',
      voice: 'alloy',
      tone: 'calm',
    });
    expect((await bob.client.get('/ava-profile')).body).toMatchObject(emma);
  });

  it('cannot be two in a tenant', async () => {
    const second = app.sql(
      `INSERT INTO ava_profiles (tenant_id, name, voice, tone) VALUES ($1, 'Eve', 'echo', 'calm')`,
      [alice.tenantId],
    );

    await expect(second).rejects.toMatchObject({ code: '23505' });
  });

  it('is the same for every member of the tenant', async () => {
    await patch(alice, emma);
    const carol = await join(app, await register(app, 'carol'), {
      tenantId: alice.tenantId,
      role: 'member',
    });

    expect((await carol.client.get('/ava-profile')).body).toMatchObject(emma);
  });

  it('can choose from the options, every one of which is accepted, and from nothing else', async () => {
    const { body } = await alice.client.get('/ava-profile/options');

    const statuses: number[] = [];
    for (const voice of body.voices as string[])
      statuses.push((await patch(bob, { voice })).status);
    for (const tone of body.tones as string[]) statuses.push((await patch(bob, { tone })).status);

    expect(Object.keys(body as object)).toEqual(['voices', 'tones']);
    expect(statuses.length).toBeGreaterThan(10);
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect((await patch(alice, { voice: 'Alloy' })).status).toBe(400);
    expect((await patch(alice, { tone: 'angry' })).status).toBe(400);
  });
});

describe('replacing the profile', () => {
  it('sets the three that are required and puts the others back to their defaults', async () => {
    await patch(alice, { language: 'fr-CA', firstMessage: 'Bonjour', instructions: 'Note.' });

    const replaced = await alice.client.put('/ava-profile', emma);

    expect(replaced.headers.etag).toBe('"3"');
    expect(replaced.body).toMatchObject({
      ...emma,
      language: 'en',
      firstMessage: '',
      instructions: '',
      version: 3,
    });
    expect((await alice.client.get('/ava-profile')).body).toEqual(replaced.body);
  });

  it.each(['name', 'voice', 'tone'])('without %s is refused', async (field) => {
    const refused = await alice.client.put('/ava-profile', { ...emma, [field]: undefined });

    expect(refused.body.errors).toMatchObject([{ field, code: 'field.required' }]);
    expect((await alice.client.get('/ava-profile')).body.version).toBe(1);
  });
});

describe('changing the profile', () => {
  it('leaves out what is left out and counts the version up', async () => {
    await patch(alice, { firstMessage: 'Bonjour', language: 'de' });

    const changed = await patch(alice, { name: 'Emma' });

    expect(changed.headers.etag).toBe('"3"');
    expect(changed.body).toMatchObject({
      name: 'Emma',
      voice: 'alloy',
      firstMessage: 'Bonjour',
      language: 'de',
    });
  });

  it.each(['français', 'FR', 'f', 'fr_CA', 'fr-ca', 'fr-CA-x', '', 'fr\n'])(
    'refuses %j as a language',
    async (language) => {
      const refused = await patch(alice, { language });

      expect(refused.body.errors).toMatchObject([{ field: 'language', code: 'text.pattern' }]);
    },
  );

  it('keeps a voice of the earlier system that can no longer be chosen', async () => {
    await app.sql(
      `UPDATE ava_profiles SET voice = 'jennifer', tone = 'sarcastic' WHERE tenant_id = $1`,
      [alice.tenantId],
    );

    const changed = await patch(alice, { name: 'Emma' });

    expect(changed.body).toMatchObject({ name: 'Emma', voice: 'jennifer', tone: 'sarcastic' });
    expect((await patch(alice, { voice: 'jennifer' })).status).toBe(400);
  });
});

describe('If-Match', () => {
  it.each(['"1"', '*', ' * ', '"7", "1"', '"1","7"', 'W/"7", "1"'])(
    'lets a change through when it names the version at hand: %s',
    async (ifMatch) => {
      expect((await patch(alice, emma, ifMatch)).status).toBe(200);
    },
  );

  it.each(['"0"', '"2"', 'W/"1"', '1', '""', '', '"1', 'nonsense', '"7", "8"', '"1""1"'])(
    'stops it with 412 when it does not: %j',
    async (ifMatch) => {
      const before = await alice.client.get('/ava-profile');

      const changed = await patch(alice, emma, ifMatch);
      const replaced = await alice.client.put('/ava-profile', emma, {
        headers: { 'if-match': ifMatch },
      });

      for (const refused of [changed, replaced]) {
        expect(refused).toMatchObject({ status: 412, body: { code: 'ava_profile.changed' } });
      }
      expect((await alice.client.get('/ava-profile')).body).toEqual(before.body);
    },
  );

  it('lets one of 20 changes from the same version win, and all of them without it', async () => {
    const names = Array.from({ length: 20 }, (_, i) => `Ava ${i}`);

    const answers = await Promise.all(names.map((name) => patch(alice, { name }, '"1"')));
    const won = answers.find(({ status }) => status === 200);
    const shown = await alice.client.get('/ava-profile');
    await Promise.all(names.map((name) => patch(bob, { name })));

    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(19).fill(412)]);
    expect(shown.body).toEqual(won?.body);
    expect(shown.body.version).toBe(2);
    expect((await bob.client.get('/ava-profile')).body.version).toBe(21);
  });
});

describe('a tenant that has lost its profile', () => {
  it('is told so, and nothing else breaks', async () => {
    await query(app.database.adminUrl, 'DELETE FROM ava_profiles WHERE tenant_id = $1', [
      alice.tenantId,
    ]);

    const shown = await alice.client.get('/ava-profile');

    expect(shown).toMatchObject({ status: 404, body: { code: 'ava_profile.not_found' } });
    expect((await alice.client.get('/onboarding')).status).toBe(200);
  });
});
