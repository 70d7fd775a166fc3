import { Confirmation } from './calls-deletion';

const secret = 'a secret of the tests, long enough';
const about = ['tenant', 'filter', '3', '42'];

describe('the confirmation of a deletion', () => {
  afterEach(() => jest.restoreAllMocks());

  it('holds for what it was given for, and for nothing else', () => {
    const confirm = new Confirmation(secret).write(about);

    expect(new Confirmation(secret).holds(about, confirm)).toBe(true);
    for (const other of [['tenant', 'filter', '3', '43'], ['tenant,filter', '3', '42'], []])
      expect(new Confirmation(secret).holds(other, confirm)).toBe(false);
    expect(new Confirmation('another secret of the tests').holds(about, confirm)).toBe(false);
  });

  it('holds for 10 minutes, and no longer with another time put in', () => {
    const now = jest.spyOn(Date, 'now').mockReturnValue(1_700_000_000_000);
    const confirmation = new Confirmation(secret);
    const confirm = confirmation.write(about);
    const bytes = Buffer.from(confirm, 'base64url');
    bytes.writeUIntBE(1_800_000_000_000, 0, 6);

    now.mockReturnValue(1_700_000_600_000);
    expect(confirmation.holds(about, confirm)).toBe(true);
    now.mockReturnValue(1_700_000_600_001);

    expect(confirmation.holds(about, confirm)).toBe(false);
    expect(confirmation.holds(about, bytes.toString('base64url'))).toBe(false);
  });

  it('holds after the secret has been replaced, while the earlier one is kept', () => {
    const confirm = new Confirmation(secret).write(about);

    expect(new Confirmation(`the next one,${secret}`).holds(about, confirm)).toBe(true);
  });
});
