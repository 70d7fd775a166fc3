import { startApp, type TestApp } from '../support/app';
import { Client } from '../support/client';
import { password, register, type Person } from '../support/people';

let limited: TestApp;

beforeAll(async () => {
  limited = await startApp({ RATE_LIMITS: 'on', TRUST_PROXY: 'true' });
});
afterAll(() => limited.close());

const newPassword = 'another horse, another battery';

describe('the limits of a password reset', () => {
  const from = (ip: string, email: string) =>
    new Client(limited.app).post(
      '/auth/password-reset',
      { email },
      { headers: { 'x-forwarded-for': ip } },
    );

  const tries = async (count: number, email: string, ip: (turn: number) => string) => {
    const statuses: number[] = [];
    for (let i = 0; i < count; i += 1) statuses.push((await from(ip(i), email)).status);
    return statuses;
  };
  const granted = (count: number) => [...Array<number>(count).fill(202), 429];

  it('are five mails an hour for an address from one network, had by somebody or not', async () => {
    const alice = await register(limited, 'alice');
    const own = '192.0.2.1';

    for (const email of [alice.email, 'nobody@example.com']) {
      expect(await tries(6, email, () => '192.0.2.66')).toEqual(granted(5));
      // Whoever used them up elsewhere took none of the owner's.
      expect((await from(own, email)).status).toBe(202);
    }
  });

  it('are twenty an hour for an address, from wherever', async () => {
    const bob = await register(limited, 'bob');

    for (const email of [bob.email, 'nobody.else@example.com']) {
      expect(await tries(21, email, (turn) => `192.0.2.${100 + turn}`)).toEqual(granted(20));
    }
  });

  it('are twenty an hour for a network, whatever the addresses', async () => {
    const statuses: number[] = [];
    for (let i = 1; i <= 21; i += 1)
      statuses.push((await from('198.51.100.7', `n${i}@example.com`)).status);

    expect(statuses).toEqual([...Array<number>(20).fill(202), 429]);
  });

  it('are sixty tokens an hour that a network may try', async () => {
    const tried = (route: string) =>
      new Client(limited.app).post(
        route,
        { token: 'A'.repeat(43), newPassword },
        { headers: { 'x-forwarded-for': '203.0.113.9' } },
      );
    const statuses: number[] = [];
    for (let i = 0; i <= 60; i += 1)
      statuses.push((await tried('/auth/password-reset/confirm')).status);

    expect(statuses).toEqual([...Array<number>(60).fill(400), 429]);
  });
});

describe('the limits of mails that a person has sent', () => {
  it.each([
    ['to the own address', 202, ({ client }: Person) => client.post('/auth/verify-email/resend')],
    [
      'to a new address',
      200,
      ({ client }: Person) =>
        client.patch('/me', { email: 'new@example.com', currentPassword: password }),
    ],
  ])('are five an hour %s', async (_, ok, send) => {
    const alice = await register(limited, 'alice');
    const statuses: number[] = [];
    for (let i = 0; i <= 5; i += 1) statuses.push((await send(alice)).status);

    expect(statuses).toEqual([...Array<number>(5).fill(ok), 429]);
  });
});
