import { applyDecorators, type Type } from '@nestjs/common';
import {
  ApiExtraModels,
  ApiOperation,
  ApiResponse,
  ApiSecurity,
  getSchemaPath,
} from '@nestjs/swagger';
import { catalogue, type ProblemCode } from './problem-catalogue';

interface Described {
  readonly summary: string;
  readonly description?: string;
  /** Class of the answer's body; none means 204. */
  readonly ok?: Type | undefined;
  /** Media types of an answer that is a file; with `ok`, beside JSON of that class. */
  readonly media?: string | readonly string[];
  /** Status of the answer when it is not 200 (or 204). */
  readonly status?: number;
  /** Description of a second good answer, by status. */
  readonly also?: Readonly<Record<number, string>>;
  /** The problems of this operation beyond those that every operation can have. */
  readonly problems?: readonly ProblemCode[];
  /** Open to everybody; otherwise the access token is required. */
  readonly open?: boolean;
}

/** Everything the API document says of one operation, in one place above its handler. */
export function Operation(about: Described): MethodDecorator {
  const { summary, description = summary, ok, media, problems = [] } = about;
  const status = about.status ?? (ok || media ? 200 : 204);
  const answer = answerOf(about);
  const also = Object.entries(about.also ?? {}).map(([code, text]) =>
    ApiResponse({ ...(ok ? { type: ok } : {}), status: Number(code), description: text }),
  );
  return applyDecorators(
    ApiOperation({ summary, description }),
    ApiResponse({ status, ...answer }),
    ...(ok ? [ApiExtraModels(ok)] : []),
    ...also,
    ...problemResponses(problems),
    ...(about.open ? [] : [ApiSecurity('access-token')]),
  );
}

function answerOf({ summary, ok, media }: Described) {
  if (media === undefined) {
    return ok ? { type: ok, description: summary } : { description: 'Done; no body.' };
  }
  const files = [media].flat().map((type) => [type, { schema: { type: 'string' } }] as const);
  const json = ok ? { 'application/json': { schema: { $ref: getSchemaPath(ok) } } } : {};
  return { description: summary, content: { ...Object.fromEntries(files), ...json } };
}

/** One response a status, with an example a code. */
function problemResponses(codes: readonly ProblemCode[]): MethodDecorator[] {
  const statuses = [...new Set(codes.map((code) => catalogue[code].status))];
  return statuses.map((status) =>
    ApiResponse(problemResponse(codes.filter((code) => catalogue[code].status === status))),
  );
}

export function problemResponse(codes: readonly ProblemCode[]) {
  const status = codes[0] ? catalogue[codes[0]].status : 500;
  return {
    status,
    description: codes.map((code) => `\`${code}\`: ${catalogue[code].en[0]}`).join('; '),
    content: {
      'application/problem+json': {
        schema: { $ref: getSchemaPath('Problem') },
        examples: Object.fromEntries(codes.map((code) => [code, { value: problemExample(code) }])),
      },
    },
  };
}

export function problemExample(code: ProblemCode) {
  const { status, en } = catalogue[code];
  return {
    type: `urn:ava:problem:${code}`,
    title: en[0],
    status,
    detail: en[1],
    code,
    instance: '/path/of/the/request',
    requestId: '0b9b4c1e-7d0f-4f4e-9a51-6a1a3c0f7a52',
  };
}
