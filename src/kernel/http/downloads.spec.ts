import { pagesOf } from './downloads';

describe('pagesOf', () => {
  it('gives page after page, and empties each when the next is asked for', async () => {
    const pages = [[1, 2], [3, 4], [5]];
    const read = (after: number | null) =>
      Promise.resolve(pages[after === null ? 0 : after / 2] ?? []);

    const seen: number[][] = [];
    for await (const rows of pagesOf({ read, full: 2 })) seen.push([...rows]);

    expect(seen).toEqual([[1, 2], [3, 4], [5]]);
    expect(pages).toEqual([[], [], []]);
  });
});
