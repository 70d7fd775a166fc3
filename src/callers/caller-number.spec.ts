import { Problem } from '../kernel/http/problem';
import { callerNumber } from './caller-number';
import { excerpts, maskJson, maskText } from './masking';

const masked = (number: string, text: string) => {
  const { written } = callerNumber(number);
  return written ? maskText(text, written) : text;
};

describe('a number in a text', () => {
  it.each([
    '+33612100067',
    '+33 6 12 10 00 67',
    '+33 (0)6 12 10 00 67',
    '+33 (0) 6.12.10.00.67',
    '0033612100067',
    '0033 6 12 10 00 67',
    '06 12 10 00 67',
    '06.12.10.00.67',
    '06-12-10-00-67',
    '06\u202f12\u00a010 00\n67',
    '33612100067',
    '612100067',
  ])('is found when written %j', (written) => {
    expect(masked('+33612100067', `Call ${written}, please.`)).toBe('Call [erased], please.');
  });

  it.each(['(201) 555-0123', '201-555-0123', '+1 201 555 0123', '1-201-555-0123', '12015550123'])(
    'is found when written %j in America',
    (written) => {
      expect(masked('+12015550123', written)).toMatch(/^\(?\[erased\]$/);
    },
  );

  it.each(['0612100068', '306121000671', '06 12 10 00 6', '612 and 100067', '2061210006'])(
    'is not %j',
    (other) => {
      expect(masked('+33612100067', other)).toBe(other);
    },
  );

  it('is found by its digits when its country is not known', () => {
    expect(masked('0612100067', 'at 06 12 10 00 67')).toBe('at [erased]');
    expect(masked('0612100067', 'at +33612100067')).toBe('at +33612100067');
  });

  it('is found with its prefix only when it is short, as a year is no number', () => {
    expect(masked('+1234', '1234, +1234, 00 12 34 and +12345')).toBe(
      '1234, [erased], [erased] and +12345',
    );
    expect(masked('1234', '1234')).toBe('1234');
  });

  it('is the same however it is written', () => {
    const forms = [
      '+33612100067',
      '0033 6 12 10 00 67',
      '+33 (0)6 12 10 00 67',
      '＋３３６１２１０００６７',
    ];

    expect(forms.map((form) => callerNumber(form).canonical)).toEqual(
      forms.map(() => '+33612100067'),
    );
  });

  it.each(['', ' ', 'Alice', '12', '+', '1'.repeat(21), '+33612100067; DROP', '\ud800123456'])(
    'is not %j',
    (text) => {
      expect(() => callerNumber(text)).toThrow(Problem);
    },
  );
});

describe('a number in JSON', () => {
  const { written } = callerNumber('+33612100067');
  const mask = (value: unknown) => maskJson(value, written ?? /$^/);

  it('is masked in texts, names and whole numbers, and nothing else changes', () => {
    const before = [
      {
        role: 'user',
        message: 'At 06 12 10 00 67',
        time: 0.612100067,
        from: 33612100067,
        ok: true,
      },
      { '+33612100067': [null, 'x'] },
    ];

    expect(mask(before)).toEqual([
      { role: 'user', message: 'At [erased]', time: 0.612100067, from: '[erased]', ok: true },
      { '[erased]': [null, 'x'] },
    ]);
  });

  it('is told with what stands around it, and no more', () => {
    const text = `${'a'.repeat(100)} 0612100067 ${'b'.repeat(100)}`;

    expect(excerpts(text, written ?? /$^/)).toEqual([
      `${'a'.repeat(79)} 0612100067 ${'b'.repeat(79)}`,
    ]);
  });
});
