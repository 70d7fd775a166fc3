export type Verdict = 'goal' | 'floor' | 'below';

/** What must hold, and what is aimed at. */
export interface Target {
  readonly floor: number;
  readonly goal: number;
}

const marks: Readonly<Record<Verdict, string>> = {
  goal: '★ goal',
  floor: '✓ floor',
  below: '✗ below',
};

/** @param more whether more is better */
export function verdict(figure: number, { floor, goal }: Target, more: boolean): Verdict {
  const reaches = (target: number) => (more ? figure >= target : figure <= target);
  if (reaches(goal)) return 'goal';
  return reaches(floor) ? 'floor' : 'below';
}

export function mark(it: Verdict): string {
  return marks[it];
}

export const targets = {
  timesOrdinary: { floor: 2, goal: 4 },
  scaling: { floor: 0.85, goal: 0.95 },
  timesP99: { floor: 3, goal: 1.5 },
  timesFlooded: { floor: 3, goal: 1.5 },
  loginMs: { floor: 2, goal: 1 },
  startMs: { floor: 1_500, goal: 1_000 },
  searchMs: { floor: 50, goal: 15 },
  statsMs: { floor: 150, goal: 50 },
  exportSeconds: { floor: 3, goal: 1.5 },
  exportMb: { floor: 80, goal: 50 },
  idleMb: { floor: 160, goal: 120 },
} as const satisfies Record<string, Target>;
