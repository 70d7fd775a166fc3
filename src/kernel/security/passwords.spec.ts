import { readdirSync, readFileSync } from 'node:fs';
import { hash } from '@node-rs/argon2';
import { hashSync } from '@node-rs/bcrypt';
import { AT_ONCE, needsRehash, Passwords } from './passwords';

const password = 'correct horse battery staple';
const bcrypt = '$2b$12$7V0cKv.eqpUaL63oNtSwT.eZqNimSCpI990xUFYEZc52Amq7w6oK.';
const passwords = new Passwords();
let argon2: string;

beforeAll(async () => {
  argon2 = await passwords.hash(password);
});

afterAll(() => passwords.onApplicationShutdown());

/** Of each thread of this process, how far it stands back behind others. Read from /proc, which Linux has. */
function nicenesses(): number[] {
  return readdirSync('/proc/self/task').map((thread) => {
    const stat = readFileSync(`/proc/self/task/${thread}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16]);
  });
}

describe('Passwords.hash', () => {
  it('leaves the event loop to others', async () => {
    let turns = 0;
    const turning = setInterval(() => (turns += 1), 1);

    await passwords.hash(password);
    clearInterval(turning);

    expect(turns).toBeGreaterThan(0);
  });

  it('makes argon2id with the parameters of OWASP and a salt of its own', async () => {
    const again = await passwords.hash(password);

    expect(argon2).toMatch(/^\$argon2id\$v=19\$m=47104,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
    expect(again).not.toBe(argon2);
  });

  it.each(['é', 'e\u0301', '😀'.repeat(128), ' leading and trailing ', 'x'.repeat(128)])(
    'takes %j as it is',
    async (text) => {
      const stored = await passwords.hash(text);

      expect(await passwords.matches(text, stored, false)).toBe(true);
      expect(await passwords.matches(text.normalize('NFC').trim() + '!', stored, false)).toBe(
        false,
      );
    },
  );

  it('takes a letter with its accent for the same, however it is put together', async () => {
    const [composed, decomposed] = ['mot de passe élevé', 'mot de passe e\u0301leve\u0301'];

    for (const [stored, typed] of [
      [composed, decomposed],
      [decomposed, composed],
    ] as const) {
      expect(await passwords.matches(typed, await passwords.hash(stored), false)).toBe(true);
    }
  });

  it('takes a password of the earlier system as it is typed, for its hash was made so', async () => {
    const typed = 'mot de passe e\u0301leve\u0301';
    const stored = hashSync(typed, 4);

    expect(await passwords.matches(typed, stored, true)).toBe(true);
  });

  it('counts every byte of a long password', async () => {
    const long = 'x'.repeat(127);
    const stored = await passwords.hash(`${long}a`);

    expect(await passwords.matches(`${long}b`, stored, false)).toBe(false);
  });
});

describe('the threads of the hashes', () => {
  it('stand back behind others, are no more than are meant to, and end', async () => {
    const own = new Passwords();
    const before = nicenesses().filter((nice) => nice > 0).length;

    await Promise.all(Array.from({ length: AT_ONCE * 2 }, () => own.hash(password)));
    const threads = nicenesses().filter((nice) => nice > 0).length - before;
    await own.onApplicationShutdown();

    expect(threads).toBeGreaterThan(0);
    expect(threads).toBeLessThanOrEqual(AT_ONCE);
    expect(nicenesses().filter((nice) => nice > 0)).toHaveLength(before);
  });
});

describe('Passwords.matches', () => {
  it.each([true, false])('knows the right password (while bcrypt is in use: %s)', async (inUse) => {
    const answers = [
      await passwords.matches(password, argon2, inUse),
      await passwords.matches(password, bcrypt, inUse),
    ];

    expect(answers).toEqual([true, true]);
  });

  it.each(['', 'correct', `${password} `, password.toUpperCase(), bcrypt])(
    'knows a wrong one: %j',
    async (wrong) => {
      const answers = [
        await passwords.matches(wrong, argon2, false),
        await passwords.matches(wrong, argon2, true),
        await passwords.matches(wrong, bcrypt, false),
        await passwords.matches(argon2, argon2, false),
      ];

      expect(answers).toEqual([false, false, false, false]);
    },
  );

  it.each([true, false])('lets nobody in where there is no account (%s)', async (inUse) => {
    expect(await passwords.matches(password, undefined, inUse)).toBe(false);
  });

  it.each(['', '!', password, '$argon2id$', '$2b$12$short', '$1$abc$def', '$2b$', '\0'])(
    'lets nobody in with the stored hash %j',
    async (stored) => {
      const answers = [
        await passwords.matches(password, stored, false),
        await passwords.matches(stored, stored, true),
        await passwords.matches('', stored, true),
      ];

      expect(answers).toEqual([false, false, false]);
    },
  );

  it('says that it is busy instead of queueing without end', async () => {
    const cheap = await hash('x', { memoryCost: 8, timeCost: 1, parallelism: 1 });
    const asked = Array.from({ length: AT_ONCE + 201 }, () => passwords.matches('x', cheap, false));

    const results = await Promise.allSettled(asked);

    const refused = results.filter(({ status }) => status === 'rejected');
    expect(refused).toEqual([results[AT_ONCE + 200]]);
    expect(refused[0]).toMatchObject({ reason: { code: 'server.unavailable', status: 503 } });
  });
});

describe('needsRehash', () => {
  it.each([
    [bcrypt, true],
    [bcrypt.replace('$2b$', '$2a$'), true],
    [bcrypt.replace('$2b$', '$2y$'), true],
    ['$argon2id$v=19$m=47104,t=2,p=1$x$y', false],
    [` ${bcrypt}`, false],
    ['', false],
  ])('of %j is %s', (stored, expected) => {
    expect(needsRehash(stored)).toBe(expected);
  });
});
