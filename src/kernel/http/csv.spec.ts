import { csvLine } from './csv';

describe('csvLine', () => {
  it.each<readonly [text: string, cell: string]>([
    ['=1+1', "'=1+1"],
    ['+33612345678', "'+33612345678"],
    ['-1', "'-1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', "'\t=1"],
    ['\r=1', `"'\r=1"`],
    ['\n=1', `"'\n=1"`],
    [' =1', "' =1"],
    [' \u00a0\u2003+1', "' \u00a0\u2003+1"],
    ['\ufeff-1', "'\ufeff-1"],
    ['\u0010=1', "'\u0010=1"],
    ['\u0019=1', "'\u0019=1"],
    ['\u200b\u0001@A1', "'\u200b\u0001@A1"],
    ['＝1', "'＝1"],
    ['＋1', "'＋1"],
    ['－1', "'－1"],
    ['＠A1', "'＠A1"],
    ['\u3000＝1', "'\u3000＝1"],
    ['﹦1', "'﹦1"],
    ...[
      '\u3164',
      '\u115f',
      '\uffa0',
      '\ufe0f',
      '\u034f',
      '\u180b',
      '\u{e0100}',
      '\u17b4',
      '\u2800',
    ].map((blank) => [`${blank}=1`, `'${blank}=1`] as const),
    ['=HYPERLINK("http://x","y")', `"'=HYPERLINK(""http://x"",""y"")"`],
  ])('puts an apostrophe before what a spreadsheet would calculate: %j', (text, cell) => {
    expect(csvLine([text])).toBe(`${cell}\r\n`);
  });

  it.each([
    ['plain', 'plain'],
    ['Z=1', 'Z=1'],
    ['9=1', '9=1'],
    ['[=1', '[=1'],
    ['1-1', '1-1'],
    [' 1=1', ' 1=1'],
    ["'=1", "'=1"],
    ['a,b', '"a,b"'],
    ['say "x"', '"say ""x"""'],
    ['two\nlines', '"two\nlines"'],
    ['é🙂', 'é🙂'],
    ['', ''],
  ])('leaves %j as it reads', (text, cell) => {
    expect(csvLine([text])).toBe(`${cell}\r\n`);
  });

  it('writes nothing for null, and the instant of a date', () => {
    expect(csvLine(['a', null, new Date('2025-01-31T09:30:00Z')])).toBe(
      'a,,2025-01-31T09:30:00.000Z\r\n',
    );
  });
});
