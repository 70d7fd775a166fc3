import { Problem } from './problem';
import { problemBody } from './problem-body';
import { catalogue, type ProblemCode } from './problem-catalogue';

const codes = Object.keys(catalogue) as ProblemCode[];

describe('the catalogue of problems', () => {
  it.each(codes)('%s says what happened and what to do, in both languages', (code) => {
    const { status, en, fr } = catalogue[code];

    expect(code).toMatch(/^[a-z_]+\.[a-z_]+$/);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(600);
    for (const text of [...en, ...fr]) expect(text.trim().length).toBeGreaterThan(5);
    expect(en[0]).not.toBe(fr[0]);
    expect(en[1]).not.toBe(fr[1]);
  });
});

describe('the body of a problem', () => {
  const request = { locale: 'en', url: '/calls?customer=%2B33612100067', id: 'r-1' } as const;

  it('names the path without its query', () => {
    expect(problemBody(new Problem('call.not_found'), request)).toEqual({
      type: 'urn:ava:problem:call.not_found',
      title: 'No such call',
      status: 404,
      detail: 'Check the id; list the calls with GET /calls.',
      code: 'call.not_found',
      instance: '/calls',
      requestId: 'r-1',
    });
  });

  it('tells each wrong field in the caller’s language, with the bounds filled in', () => {
    const problem = Problem.invalid(
      { field: 'name', code: 'text.length', params: { min: 1, max: 255 } },
      { field: 'tone', code: 'choice.invalid', params: { choices: 'calm, warm' } },
    );

    const messages = (['en', 'fr'] as const).map((locale) =>
      problemBody(problem, { ...request, locale }).errors?.map(({ message }) => message),
    );

    expect(messages).toEqual([
      ['must have 1 to 255 characters', 'must be one of calm, warm'],
      ['doit avoir de 1 à 255 caractères', 'doit être parmi calm, warm'],
    ]);
  });

  it('carries the further members of its problem', () => {
    const problem = new Problem('tenant.last_owner', { members: { candidates: [{ id: 'bob' }] } });

    expect(problemBody(problem, request)).toMatchObject({ candidates: [{ id: 'bob' }] });
  });
});
