import type { FieldError } from './field-messages';
import { catalogue, type ProblemCode } from './problem-catalogue';

interface Extras {
  /** What is wrong field by field. */
  readonly errors?: readonly FieldError[];
  /** Further members of the answer, such as `candidates`. */
  readonly members?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The one error of the API: thrown by code, answered as `application/problem+json` (RFC 9457). */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: number;

  constructor(
    readonly code: ProblemCode,
    readonly extras: Extras = {},
  ) {
    super(code);
    this.status = catalogue[code].status;
  }

  /** The usual 400: one or more fields are not valid. */
  static invalid(...errors: FieldError[]): Problem {
    return new Problem('request.invalid', { errors });
  }
}
