import { format, inspect } from 'node:util';
import { Secret, type Sealer } from './secret';

const PLAIN = 'sk_never_in_clear_0001';
const here = { column: 'users.vapi_api_key', id: '8d7a1c0e-6f0b-4c55-9a3e-2b7f3f1f0a01' };
const otherRow = { ...here, id: '8d7a1c0e-6f0b-4c55-9a3e-2b7f3f1f0a02' };
const otherColumn = { ...here, column: 'users.twilio_auth_token' };

/** Seals in a way that shows what was sealed for which place, and how often. */
class GlassSealer implements Sealer {
  sealed = 0;
  opened = 0;

  seal(column: string, id: string, text: string): string {
    this.sealed += 1;
    return [column, id, this.sealed, Buffer.from(text).toString('hex')].join('|');
  }

  open(column: string, id: string, sealed: string): string {
    this.opened += 1;
    const [ofColumn, ofId, , hex = ''] = sealed.split('|');
    if (column !== ofColumn || id !== ofId) throw new Error('it does not open here');
    return Buffer.from(hex, 'hex').toString();
  }
}

let sealer: GlassSealer;
beforeEach(() => {
  sealer = new GlassSealer();
});

function loaded(): Secret {
  const secret = Secret.fromStored(sealer.seal(here.column, here.id, PLAIN));
  secret.bind(here, sealer);
  return secret;
}

describe('a new Secret', () => {
  it('reveals its text and stores nothing of it before it is sealed', () => {
    const secret = Secret.of(PLAIN);

    expect(secret.reveal()).toBe(PLAIN);
    expect(secret.stored).toBe('never-sealed');
  });

  it('is sealed once for its place', () => {
    const secret = Secret.of(PLAIN);

    const sealed = [secret.sealedFor(here, sealer), secret.sealedFor(here, sealer)];

    expect(sealed).toEqual([secret, secret]);
    expect(sealer.sealed).toBe(1);
    expect(sealer.open(here.column, here.id, secret.stored)).toBe(PLAIN);
  });

  it('does not become bound without being sealed', () => {
    const secret = Secret.of(PLAIN);

    secret.bind(here, sealer);

    expect(secret.stored).toBe('never-sealed');
    expect(secret.reveal()).toBe(PLAIN);
  });
});

describe('a loaded Secret', () => {
  it('opens when it is revealed and not before', () => {
    const secret = loaded();

    expect(sealer.opened).toBe(0);
    expect(secret.reveal()).toBe(PLAIN);
    expect(sealer.opened).toBe(1);
  });

  it('is stored as it was, without being opened or sealed again', () => {
    const secret = loaded();
    const before = secret.stored;

    const same = secret.sealedFor(here, sealer);

    expect(same).toBe(secret);
    expect(same.stored).toBe(before);
    expect([sealer.sealed, sealer.opened]).toEqual([1, 0]);
  });

  it('is stored as it was, also when it does not open', () => {
    const secret = Secret.fromStored('damaged');
    secret.bind(here, sealer);

    expect(secret.sealedFor(here, sealer).stored).toBe('damaged');
    expect(() => secret.reveal()).toThrow('it does not open here');
  });

  it.each([
    ['row', otherRow],
    ['column', otherColumn],
  ])('is sealed as a copy for another %s, and keeps its own place', (_, place) => {
    const secret = loaded();
    const before = secret.stored;

    const copy = secret.sealedFor(place, sealer);

    expect(sealer.open(place.column, place.id, copy.stored)).toBe(PLAIN);
    expect(copy.reveal()).toBe(PLAIN);
    expect(secret.stored).toBe(before);
    expect(secret.reveal()).toBe(PLAIN);
  });

  it('that does not open is not moved to another place', () => {
    const secret = Secret.fromStored('damaged');
    secret.bind(here, sealer);

    expect(() => secret.sealedFor(otherRow, sealer)).toThrow('it does not open here');
  });

  it('that was never bound neither opens nor goes to a place that may not be its own', () => {
    const secret = Secret.fromStored('sealed somewhere');

    expect(() => secret.reveal()).toThrow('before it was bound');
    expect(() => secret.sealedFor(here, sealer)).toThrow('before it was bound');
    expect(secret.stored).toBe('sealed somewhere');
  });
});

describe('printing a Secret', () => {
  const sealed = () => Secret.of(PLAIN).sealedFor(here, sealer);

  it.each<[string, () => Secret]>([
    ['new', () => Secret.of(PLAIN)],
    ['sealed', sealed],
    ['loaded', loaded],
  ])('shows [secret] and nothing else: %s', (_, make) => {
    const secret = make();
    secret.reveal();

    const shown = [
      inspect(secret, { showHidden: true, depth: 9, getters: true }),
      JSON.stringify(secret),
      String(secret),
      secret.toString(),
      format('%s %j', secret, secret),
    ];

    expect(shown).toEqual([
      '[secret]',
      '"[secret]"',
      '[secret]',
      '[secret]',
      '[secret] "[secret]"',
    ]);
  });

  it('has no property to read or copy it by', () => {
    const secret = sealed();

    expect(Reflect.ownKeys(secret)).toEqual([]);
    expect({ ...secret }).toEqual({});
    expect(structuredClone(secret)).toEqual({});
    expect(format('%o %O', secret, { deep: { secret } })).not.toContain(PLAIN);
  });
});
