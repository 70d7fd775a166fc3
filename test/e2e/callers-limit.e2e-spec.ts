import { startApp, type TestApp } from '../support/app';
import { NUMBER } from '../support/callers';
import { register } from '../support/people';
import { joinAs, said } from '../support/team';

let app: TestApp;

beforeAll(async () => {
  app = await startApp({ RATE_LIMITS: 'on' });
});
afterAll(() => app.close());

describe('searching for callers', () => {
  it('is limited to 60 an hour for a tenant, whoever of it asks and what for', async () => {
    const alice = await register(app, 'alice');
    const ada = await joinAs(app, alice, { role: 'admin' });
    const bob = await register(app, 'bob');
    const body = { number: NUMBER };
    const preview = () => alice.client.post('/callers/erase-preview', body);
    const { confirm } = (await preview()).body as { confirm: string };
    for (let i = 0; i < 29; i += 1) {
      await preview();
      await ada.client.post('/callers/export', body);
    }
    const last = await alice.client.post('/callers/erase', { ...body, confirm });

    const refused = [
      await preview(),
      await ada.client.post('/callers/export', body),
      await alice.client.post('/callers/erase', { ...body, confirm }),
    ];

    expect(last.status).toBe(200);
    expect(refused.map(said)).toEqual(refused.map(() => [429, 'rate.limited']));
    expect((await bob.client.post('/callers/erase-preview', body)).status).toBe(200);
  });
});
