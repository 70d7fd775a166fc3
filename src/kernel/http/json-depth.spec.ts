import { nestsDeeperThan } from './json-depth';

const deeper = (json: string, limit: number) => nestsDeeperThan(Buffer.from(json), limit);

describe('nestsDeeperThan', () => {
  it.each([
    ['', 0, false],
    ['1', 0, false],
    ['{}', 0, true],
    ['{}', 1, false],
    ['[{"a":[]}]', 2, true],
    ['[{"a":[]}]', 3, false],
    ['[[],[],[],[]]', 2, false],
    ['{"a":{},"b":{}}', 2, false],
  ])('tells of %s beyond %i levels: %s', (json, limit, answer) => {
    expect(deeper(json, limit)).toBe(answer);
  });

  it.each([
    ['"[[[["', false],
    [String.raw`"\"[[["`, false],
    [String.raw`"\\"`, false],
    [String.raw`["\\",[[]]]`, true],
    [String.raw`["\\\"[[[["]`, false],
    [`["é[[[🙂"]`, false],
    ['["unfinished [[[[', false],
  ])('does not count what is inside a text: %s', (json, answer) => {
    expect(deeper(json, 2)).toBe(answer);
  });

  it('is not misled by brackets that close too much', () => {
    expect(deeper(']]]][[[[', 3)).toBe(false);
    expect(deeper('[[[[', 3)).toBe(true);
  });

  it('needs no stack for a million levels', () => {
    expect(deeper('['.repeat(1_000_000), 999_999)).toBe(true);
    expect(deeper('['.repeat(1_000_000), 1_000_000)).toBe(false);
  });
});
