import type { EvidenceCode, FindingId, ItemId } from './check.types';

interface About {
  readonly title: string;
  /** What may happen while it does not hold. */
  readonly risk: string;
  /** A command or a file. */
  readonly remedy: string;
}

export type TestId = 'user-isolation' | 'tenant-isolation' | 'cascade-delete';

/** Everything the report says, in one language. `{name}` stands for a value of the evidence. */
export interface Texts {
  readonly items: Readonly<Record<ItemId, About>>;
  readonly findings: Readonly<Record<FindingId, About>>;
  readonly evidence: Readonly<Record<EvidenceCode, string>>;
  /** What a login can do, by the words of `kernel/database/database-check.ts`. */
  readonly powers: Readonly<Record<string, string>>;
  readonly tests: Readonly<Record<TestId, string>>;
  readonly headings: Readonly<Record<Heading, string>>;
}

type Heading =
  | 'title'
  | 'score'
  | 'after'
  | 'good'
  | 'missing'
  | 'hardening'
  | 'tables'
  | 'tests'
  | 'actions'
  | 'conclusion'
  | 'risk'
  | 'remedy'
  | 'ready'
  | 'notReady'
  | 'nothingMissing'
  | 'nothingToDo'
  | 'holds'
  | 'fails'
  | 'table'
  | 'ownRow'
  | 'policiesForced'
  | 'policiesOn'
  | 'routesOnly'
  | 'nobody';
