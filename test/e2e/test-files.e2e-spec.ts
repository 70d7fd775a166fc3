import { Client } from 'pg';
import { Entity, getMetadataArgsStorage } from 'typeorm';

interface Environment {
  readonly moduleMocker: Pick<typeof jest, 'spyOn'>;
  teardown(): Promise<void>;
}
type EnvironmentClass = new (config: object, context: object) => Environment;

const Environment = jest.requireActual<EnvironmentClass>('../support/jest/environment.cjs');

/** What a test file does to its worker, until its environment ends. */
async function inAFile(work: (environment: Environment) => void): Promise<void> {
  const projectConfig = { testEnvironmentOptions: {}, globals: {}, fakeTimers: {} };
  const environment = new Environment({ projectConfig, globalConfig: {} }, {});
  work(environment);
  await environment.teardown();
}

const connect = () => Reflect.get(Client.prototype, 'connect') as unknown;

describe('a test file', () => {
  it('leaves no global and no setting behind', async () => {
    const { fetch } = globalThis;

    await inAFile(() => {
      Object.assign(globalThis, { left: 'behind', fetch: undefined });
      Object.assign(process.env, { LEFT: 'behind' });
      delete process.env.PATH;
    });

    expect(globalThis).not.toHaveProperty('left');
    expect(globalThis.fetch).toBe(fetch);
    expect(process.env).not.toHaveProperty('LEFT');
    expect(process.env).toHaveProperty('PATH');
  });

  it('leaves no spy on a package and no entity behind', async () => {
    const before = connect();
    Reflect.deleteProperty(globalThis, 'typeormMetadataArgsStorage');

    await inAFile(({ moduleMocker }) => {
      moduleMocker.spyOn(Client.prototype, 'connect');
      Entity()(
        class {
          id = 1;
        },
      );
    });

    expect(connect()).toBe(before);
    expect(getMetadataArgsStorage().tables).toEqual([]);
  });
});
