type Cell = string | Date | null;

/**
 * What a spreadsheet takes for a formula, in ASCII or full-width, also behind white space and what is not shown; or for
 * the beginning of one.
 */
const FORMULA =
  /^(?:[\t\r\n]|[\s\p{C}\p{Default_Ignorable_Code_Point}\u2800]*[=+\-@＝＋－＠﹦﹢﹣﹫])/u;
const NEEDS_QUOTES = /[",\r\n]/;

/** One line of CSV (RFC 4180). A cell that a spreadsheet would calculate gets an apostrophe in front. */
export function csvLine([first = null, ...others]: readonly Cell[]): string {
  return `${others.reduce<string>((line, cell) => `${line},${csvCell(cell)}`, csvCell(first))}\r\n`;
}

function csvCell(cell: Cell): string {
  const text = cell instanceof Date ? cell.toISOString() : (cell ?? '');
  const safe = !beginsPlainly(text) && FORMULA.test(text) ? `'${text}` : text;
  return NEEDS_QUOTES.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** With a digit or a letter, as most do: they need not be held against the expression. */
function beginsPlainly(text: string): boolean {
  const sign = text.charCodeAt(0);
  const small = sign | 0x20;
  return (sign >= 0x30 && sign <= 0x39) || (small >= 0x61 && small <= 0x7a);
}
