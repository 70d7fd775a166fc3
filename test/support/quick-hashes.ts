import * as argon2 from '@node-rs/argon2';

/**
 * Real argon2id with little memory, and without threads: hundreds of people register in these tests, and 46 MiB for each of
 * them is a quarter of the whole run. Tests about passwords themselves say `jest.unmock('piscina')`.
 */
jest.mock('@node-rs/argon2', () => {
  const real = jest.requireActual<typeof argon2>('@node-rs/argon2');
  return {
    ...real,
    hashSync: (password: string, options: argon2.Options) =>
      real.hashSync(password, { ...options, memoryCost: 64, timeCost: 1 }),
  };
});

jest.mock('piscina', () => ({
  Piscina: class {
    private readonly hashing = jest.requireActual<Record<string, (task: object) => unknown>>(
      '../../src/kernel/security/password-hashing.cjs',
    );
    run(task: object, { name }: { name: string }): Promise<unknown> {
      return Promise.resolve(this.hashing[name]?.(task));
    }
    close(): Promise<void> {
      return Promise.resolve();
    }
  },
}));
