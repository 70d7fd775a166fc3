import { VerifiedTokens } from './verified-tokens';

const inAnHour = Math.floor(Date.now() / 1000) + 3600;
const claims = (exp = inAnHour) => ({ sub: 'user', tid: 'tenant', sid: 'session', exp });

let tokens: VerifiedTokens;

beforeEach(() => {
  tokens = new VerifiedTokens();
});

describe('a verified token', () => {
  it('is known by its whole text', () => {
    tokens.remember('Bearer a.b.c', claims());

    expect(tokens.find('Bearer a.b.c')).toEqual(claims());
    expect(tokens.find('Bearer a.x.c')).toBeUndefined();
    expect(tokens.find('Bearer a.b.')).toBeUndefined();
  });

  it('is forgotten when it has expired', () => {
    const now = Math.floor(Date.now() / 1000);
    tokens.remember('Bearer old', claims(now));
    tokens.remember('Bearer new', claims(now + 60));

    expect(tokens.find('Bearer old')).toBeUndefined();
    expect(tokens.find('Bearer new')).toBeDefined();
  });

  it('makes room for others: ten thousand are kept, the oldest goes first', () => {
    for (let i = 0; i <= 10_000; i += 1) tokens.remember(`Bearer ${i}`, claims());

    expect(tokens.find('Bearer 0')).toBeUndefined();
    expect(tokens.find('Bearer 1')).toBeDefined();
    expect(tokens.find('Bearer 10000')).toBeDefined();
  });
});
