import { fieldMessage, type FieldError } from '../kernel/http/field-messages';
import type { Line } from '../kernel/http/ndjson';
import { Problem } from '../kernel/http/problem';
import type { Locale } from '../kernel/http/problem-catalogue';
import type { Principal } from '../kernel/security/principal';
import { rowOf, type NewCall } from './call.row';
import type { CallImport, RejectedLine } from './calls-transfer.dto';
import type { RecordCall } from './calls.dto';

const MOST_LINES = 200;
const MOST_BYTES = 1024 * 1024;
const MOST_REJECTED = 1000;
/** Of a field's name, which is the client's. */
const MOST_OF_NAME = 200;

/** What a line holds. */
export interface ReadCall {
  readonly call: NewCall;
  /** The fields that it has: of a call that is there already, the others stay. */
  readonly given: readonly string[];
}
interface Row extends ReadCall {
  readonly line: number;
}
interface Rejected {
  readonly line: number;
  readonly errors: readonly FieldError[];
}

/** @throws Problem 400 */
export function readCall(who: Pick<Principal, 'tenantId'>, body: RecordCall): ReadCall {
  const given = Object.entries(body).flatMap(([field, value]) =>
    value === undefined ? [] : field,
  );
  // As for a new call, the length follows from the end.
  if (body.endedAt !== undefined) given.push('durationSeconds');
  return { call: rowOf(who, body), given };
}

/** Lines that are stored together. */
export class ImportBatch {
  readonly rows: Row[] = [];
  readonly rejected: Rejected[] = [];
  private readonly keys = new Set<string>();
  private bytes = 0;

  get isFull(): boolean {
    return this.rows.length + this.rejected.length >= MOST_LINES || this.bytes >= MOST_BYTES;
  }

  /** One statement cannot write the same call twice. */
  has(read: ReadCall | Problem): boolean {
    const key = keyOf(read);
    return key !== undefined && this.keys.has(key);
  }

  add({ number: line, bytes }: Line, read: ReadCall | Problem): void {
    if (read instanceof Problem) {
      this.rejected.push({ line, errors: read.extras.errors ?? [] });
      return;
    }
    this.rows.push({ line, ...read });
    this.bytes += bytes;
    const key = keyOf(read);
    if (key !== undefined) this.keys.add(key);
  }

  get phoneNumberIds(): string[] {
    return this.rows.flatMap(({ call: { phoneNumberId } }) => phoneNumberId ?? []);
  }

  /** The rows whose number is one of the tenant's, each with the fields that its line gives. */
  storable(numbers: ReadonlySet<string>) {
    return this.rows
      .filter(({ call }) => isKnown(call, numbers))
      .map(({ call: { tenantId: _, ...call }, given }) => ({ ...call, given }));
  }

  unknownNumbers(numbers: ReadonlySet<string>): Rejected[] {
    return this.rows
      .filter(({ call }) => !isKnown(call, numbers))
      .map(({ line }) => ({
        line,
        errors: [{ field: 'phoneNumberId', code: 'phone_number.unknown' }],
      }));
  }
}

function keyOf(read: ReadCall | Problem): string | undefined {
  if (read instanceof Problem || read.call.providerCallId === undefined) return undefined;
  return `${read.call.provider}\n${read.call.providerCallId}`;
}

const isKnown = ({ phoneNumberId: id }: NewCall, numbers: ReadonlySet<string>) =>
  !id || numbers.has(id.toLowerCase());

interface Stored {
  readonly numbers: ReadonlySet<string>;
  readonly created: number;
  readonly updated: number;
}

/** What has become of the lines so far. */
export class ImportReport {
  private readonly sums = { created: 0, updated: 0, unchanged: 0, rejectedCount: 0 };
  private readonly rejected: RejectedLine[] = [];

  constructor(private readonly locale: Locale) {}

  get counts() {
    return { ...this.sums };
  }

  get hasStored(): boolean {
    return this.sums.created + this.sums.updated > 0;
  }

  add(batch: ImportBatch, { numbers, created, updated }: Stored): void {
    const unknown = batch.unknownNumbers(numbers);
    this.sums.created += created;
    this.sums.updated += updated;
    this.sums.unchanged += batch.rows.length - unknown.length - created - updated;
    this.reject([...batch.rejected, ...unknown].toSorted((a, b) => a.line - b.line));
  }

  view(): CallImport {
    return { ...this.sums, rejected: this.rejected };
  }

  private reject(lines: readonly Rejected[]): void {
    this.sums.rejectedCount += lines.length;
    for (const { line, errors } of lines.slice(0, MOST_REJECTED - this.rejected.length)) {
      this.rejected.push({ line, errors: errors.map((error) => this.told(error)) });
    }
  }

  private told(error: FieldError) {
    const { field, code } = error;
    return { field: field.slice(0, MOST_OF_NAME), code, message: fieldMessage(error, this.locale) };
  }
}
