import { fieldMessage } from './field-messages';
import type { Problem } from './problem';
import { catalogue, type Locale } from './problem-catalogue';

export interface ProblemBody {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  instance: string;
  requestId: string;
  errors?: { field: string; code: string; message: string }[];
}

/** The answer of a problem: texts in the caller's language, the path without its query. */
export function problemBody(
  problem: Problem,
  request: { locale: Locale; url: string; id: string },
): ProblemBody {
  const { status, [request.locale]: texts } = catalogue[problem.code];
  const { errors, members } = problem.extras;
  return {
    type: `urn:ava:problem:${problem.code}`,
    title: texts[0],
    status,
    detail: texts[1],
    code: problem.code,
    instance: request.url.split('?', 1)[0] ?? '',
    requestId: request.id,
    ...(errors && {
      errors: errors.map((error) => ({
        field: error.field,
        code: error.code,
        message: fieldMessage(error, request.locale),
      })),
    }),
    ...members,
  };
}
