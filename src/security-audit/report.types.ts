import type { FindingId, ItemId } from './check.types';
import type { Route } from './facts.types';
import type { TestId } from './texts.types';

export const languages = ['fr', 'en'] as const;
export type Language = (typeof languages)[number];

interface Told {
  readonly text: string;
  /** null when it could not be seen. */
  readonly holds: boolean | null;
}

export interface ReportItem {
  readonly id: ItemId;
  readonly title: string;
  readonly points: number;
  readonly max: number;
  readonly evidence: readonly Told[];
  readonly risk: string;
  readonly remedy: string;
}

export interface ReportFinding {
  readonly id: FindingId;
  readonly title: string;
  readonly status: 'good' | 'open' | 'unknown';
  readonly evidence: readonly Told[];
  readonly risk: string;
  readonly remedy: string;
}

export interface ReportTable {
  readonly name: string;
  /** The column that says whose a row is. */
  readonly belongsTo: string;
  readonly isolation: 'forced' | 'enabled' | 'routes';
  readonly deletedWith: readonly string[];
}

export interface ReportTest {
  readonly id: TestId;
  readonly title: string;
  /** Whether this database gives what the test needs; the command plays it. */
  readonly holds: boolean;
  readonly command: string;
}

export interface Action {
  readonly id: ItemId;
  readonly title: string;
  readonly remedy: string;
  readonly points: number;
  /** The score when this action and those before it are done. */
  readonly scoreAfter: number;
}

/** The summary of the brief, of one database at one moment: the keys are stable, the texts are not. */
export interface Report {
  readonly language: Language;
  readonly checkedAt: string;
  readonly score: number;
  readonly max: number;
  readonly good: readonly ReportItem[];
  readonly missing: readonly ReportItem[];
  readonly hardening: readonly ReportFinding[];
  readonly tables: readonly ReportTable[];
  readonly tests: readonly ReportTest[];
  readonly actions: readonly Action[];
  readonly routes: readonly Route[];
}
