import { Keyset, type Position } from './keyset';

const [first, second] = ['a'.repeat(32), 'b'.repeat(32)];
const keyset = new Keyset({ jwtSecret: first });
const scope = ['tenant-of-alice', 'calls', 'desc', ''];
const position: Position = {
  at: '1738315800123456',
  id: '7f1f7b7e-7a53-4d0f-9f0c-2f5b8a2f2f11',
};
const refused = expect.objectContaining({ code: 'cursor.invalid', status: 400 }) as Error;

describe('a cursor', () => {
  it.each(['0', '-1', '-50400000000', '1738315800123456', '253402300799999999'])(
    'brings back the position %s',
    (at) => {
      const cursor = keyset.write(scope, { ...position, at });

      expect(keyset.read(scope, cursor)).toEqual({ ...position, at });
      expect(cursor).toMatch(/^[\w-]+$/);
    },
  );

  it.each([
    [['tenant-of-bob', 'calls', 'desc', '']],
    [['tenant-of-alice', 'phone-numbers', 'desc', '']],
    [['tenant-of-alice', 'calls', 'asc', '']],
    [['tenant-of-alice', 'calls', 'desc', 'ended']],
    [['tenant-of-alice', 'calls', 'desc']],
    [['tenant-of-alice', 'calls', 'desc', '', '']],
    [['tenant-of-alice","calls', 'desc', '']],
    [[]],
  ])('belongs to its scope and not to %j', (other) => {
    const cursor = keyset.write(scope, position);

    expect(() => keyset.read(other, cursor)).toThrow(refused);
  });

  it('is refused with any single bit changed', () => {
    const bytes = Buffer.from(keyset.write(scope, position), 'base64url');

    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(() => keyset.read(scope, changed.toString('base64url'))).toThrow(refused);
    }
  });

  it('is refused at any length but its own', () => {
    const bytes = Buffer.from(keyset.write(scope, position), 'base64url');

    for (let length = 0; length < bytes.length; length += 1) {
      const cut = bytes.subarray(0, length).toString('base64url');
      expect(() => keyset.read(scope, cut)).toThrow(refused);
    }
    const longer = Buffer.concat([bytes, Buffer.from('0')]).toString('base64url');
    expect(() => keyset.read(scope, longer)).toThrow(refused);
  });

  it('outlives the rotation of its key, until the old one is taken away', () => {
    const cursor = keyset.write(scope, position);
    const rotated = new Keyset({ jwtSecret: `${second}, ${first}` });

    expect(rotated.read(scope, cursor)).toEqual(position);
    expect(rotated.write(scope, position)).not.toBe(cursor);
    expect(() => new Keyset({ jwtSecret: second }).read(scope, cursor)).toThrow(refused);
  });
});

describe('a page', () => {
  const rows = ['3', '2', '1'].map((at) => ({ ...position, at }));
  const view = ({ at }: Position) => at;

  it('has a cursor to its last row exactly when there is one row more than asked for', () => {
    const page = keyset.page(rows, 2, { scope, view });

    expect(page.items).toEqual(['3', '2']);
    expect(keyset.read(scope, page.nextCursor ?? '')).toEqual({ ...position, at: '2' });
    expect(keyset.page(rows, 3, { scope, view })).toEqual({
      items: ['3', '2', '1'],
      nextCursor: null,
    });
    expect(keyset.page([], 3, { scope, view })).toEqual({ items: [], nextCursor: null });
  });
});
