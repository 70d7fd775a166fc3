import fc from 'fast-check';
import { faultOf, folded, termsOf, wordsIn } from './call-search';

const plain = { exact: false, prefix: false, excluded: false };

describe('what a search asks for', () => {
  it.each([
    ['facture chaudière', [{ words: 'facture' }, { words: 'chaudière' }]],
    ['"service client"', [{ words: 'service client', exact: true }]],
    ['« service client »', [{ words: ' service client ', exact: true }]],
    [
      '“service client” -spam',
      [
        { words: 'service client', exact: true },
        { words: 'spam', excluded: true },
      ],
    ],
    [
      '-"service client" reserv*',
      [
        { words: 'service client', exact: true, excluded: true },
        { words: 'reserv*', prefix: true },
      ],
    ],
    ['rendez-vous l’été', [{ words: 'rendez-vous' }, { words: 'l’été' }]],
    ['"never closed', [{ words: 'never closed', exact: true }]],
    ['\' | & ! () <-> :* \\ 🙂 - -- * ""', []],
    [
      "a|b <b>c</b> d:* 'e'",
      [{ words: 'a|b' }, { words: '<b>c</b>' }, { words: 'd:*', prefix: true }, { words: "'e'" }],
    ],
    ['e\u0301te\u0301', [{ words: 'été' }]],
  ])('of %j', (q, terms) => {
    expect(termsOf(q)).toEqual(terms.map((term) => ({ ...plain, ...term })));
  });

  it.each([
    ['facture', null],
    ['-spam', 'search.nothing'],
    ['🙂 ...', 'search.nothing'],
    ['a b c d e f g h i j', null],
    ['a b c d e f g h i j k', 'search.terms'],
    ['re*', 'search.prefix'],
    ['rés*', null],
    ['rendez-v*', 'search.prefix'],
    ['rendez-vou*', null],
  ])('%j is refused for %s', (q, fault) => {
    expect(faultOf(termsOf(q))).toBe(fault);
  });

  it('of any text, are terms with something to look for', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (q) => {
        const terms = termsOf(q);

        expect(terms.every(({ words }) => wordsIn(words).length > 0)).toBe(true);
        expect([null, 'search.nothing', 'search.terms', 'search.prefix']).toContain(faultOf(terms));
      }),
    );
  });

  it('tells words by letters alone', () => {
    expect(['Été', 'ÉTÉ', 'e\u0301te\u0301'].map(folded)).toEqual(['ete', 'ete', 'ete']);
    expect(folded('Cœur')).toBe('coeur');
  });
});
