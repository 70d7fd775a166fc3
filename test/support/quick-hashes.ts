import * as argon2 from '@node-rs/argon2';

/**
 * Real argon2id with little memory: hundreds of people register in these tests, and 46 MiB for each of them is a
 * quarter of the whole run. Tests about passwords themselves say `jest.unmock('@node-rs/argon2')`.
 */
jest.mock('@node-rs/argon2', () => {
  const real = jest.requireActual<typeof argon2>('@node-rs/argon2');
  return {
    ...real,
    hash: (password: string, options: argon2.Options) =>
      real.hash(password, { ...options, memoryCost: 64, timeCost: 1 }),
  };
});
