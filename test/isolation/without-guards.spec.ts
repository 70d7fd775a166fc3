import type { TestApp } from '../support/app';
import { brokenCells } from './each-line';
import { startIsolatedApp } from './isolated-app';
import { Matrix } from './matrix';

/** Ownership guards that let everybody through: what is not the caller's arrives at the handler as if it were. */
jest.mock('../../src/kernel/security/owned-resource', () => {
  interface Request {
    params: Record<string, string>;
    user: object;
    resource?: unknown;
  }
  interface Context {
    switchToHttp(): { getRequest(): Request };
  }
  type Find = (who: object, id?: string) => Promise<object | null>;
  const letThrough = async (context: Context, find: Find) => {
    const request = context.switchToHttp().getRequest();
    const [id] = Object.values(request.params);
    request.resource = (await find(request.user, id)) ?? { ...request.user, ...request.params };
    return true;
  };
  return {
    ...jest.requireActual<object>('../../src/kernel/security/owned-resource'),
    requireOwned: letThrough,
    requireOwn: letThrough,
  };
});

let app: TestApp;

beforeAll(async () => {
  app = await startIsolatedApp();
});
afterAll(() => app.close());

it('without its guards, the server neither shows nor changes anything of another tenant', async () => {
  const matrix = await Matrix.of(app, 'harm');

  expect(await brokenCells(app, matrix)).toEqual([]);
});
