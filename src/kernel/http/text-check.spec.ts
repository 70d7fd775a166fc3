import { findUnstorableText } from './text-check';

describe('findUnstorableText', () => {
  it.each([
    ['a\0b', '', '(root)'],
    ['\ud800', 'id', 'id'],
    [{ name: 'a\udc00' }, '', 'name'],
    [{ tags: ['fine', '\0'] }, '', 'tags[1]'],
    [{ messages: [{ role: 'bot', parts: [{ text: '\0' }] }] }, '', 'messages[0].parts[0].text'],
    [{ flags: { 'a\0': 1 } }, '', 'flags'],
    [{ '\ud800': 1 }, '', '(root)'],
  ])('names where %j is not storable', (value, path, field) => {
    expect(findUnstorableText(value, path)).toEqual({ field, code: 'text.characters' });
  });

  it.each([
    'é🙂\u202e\u0001\uffff',
    '\ud83d\ude42',
    ['a', null, undefined, 1, true],
    { a: { b: [{}] } },
    null,
    undefined,
    0,
  ])('has nothing against %j', (value) => {
    expect(findUnstorableText(value)).toBeUndefined();
  });

  it('tells the first of several', () => {
    expect(findUnstorableText({ a: 'fine', b: '\0', c: '\0' })).toMatchObject({ field: 'b' });
  });
});
