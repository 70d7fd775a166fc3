import { Problem } from '../kernel/http/problem';
import { toE164 } from './e164';

function reasonFor(written: string, country?: string): string {
  try {
    return `none: ${toE164(written, country)}`;
  } catch (error) {
    const { status, extras } = error as Problem;
    const [{ field, code } = { field: '', code: '' }] = extras.errors ?? [];
    return `${status} ${field} ${code}`;
  }
}

describe('toE164', () => {
  it.each([
    ['+33612345678', undefined],
    ['  +33 6 12 34 56 78 ', undefined],
    ['+33\u00a06\u202f12\u202f34\u202f56\u202f78', undefined],
    ['＋３３６１２３４５６７８', undefined],
    ['+33 (0)6-12-34-56-78', undefined],
    ['+33.6.12.34.56.78', undefined],
    ['06 12 34 56 78', 'FR'],
    ['6 12 34 56 78', 'FR'],
    ['0033 6 12 34 56 78', 'FR'],
    ['011 33 6 12 34 56 78', 'US'],
    ['٠٦١٢٣٤٥٦٧٨', 'FR'],
    ['+33612345678', 'US'],
  ])('reads %j in %s', (written, country) => {
    expect(toE164(written, country)).toBe('+33612345678');
  });

  it.each([
    ['hello', undefined, 'phone.not_a_number'],
    ['', 'FR', 'phone.not_a_number'],
    ['+', 'FR', 'phone.not_a_number'],
    ['(', 'FR', 'phone.not_a_number'],
    ['0612345678', undefined, 'phone.country_missing'],
    ['+999123456', undefined, 'phone.country_missing'],
    ['+331', undefined, 'phone.too_short'],
    ['1', 'FR', 'phone.too_short'],
    ['+3361234567', undefined, 'phone.too_short'],
    ['112', 'FR', 'phone.too_short'],
    ['+336123456789', undefined, 'phone.too_long'],
    [`+33${'6'.repeat(20)}`, undefined, 'phone.too_long'],
    ['2'.repeat(64), 'FR', 'phone.too_long'],
    ['+33012345678', undefined, 'phone.unassigned'],
    ['+11234567890', undefined, 'phone.unassigned'],
  ])('says why %j in %s is no number: %s', (written, country, code) => {
    expect(reasonFor(written, country)).toBe(`400 number ${code}`);
  });

  it('refuses with a problem that does not repeat what was written', () => {
    const refusing = () => toE164('06 12 secret', 'FR');

    expect(refusing).toThrow(Problem);
    expect(refusing).toThrow(expect.objectContaining({ message: 'request.invalid' }));
  });
});
