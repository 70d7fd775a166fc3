export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = NaN, high = NaN] =
    sorted.length % 2 === 1
      ? [sorted[middle], sorted[middle]]
      : [sorted[middle - 1], sorted[middle]];
  return (low + high) / 2;
}

export function percentile(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

/** One figure against another, both taken in the same rounds. */
export interface Ratio {
  /** Of the medians. */
  readonly value: number;
  /** Of the rounds, each against the other's figure of the same round. */
  readonly min: number;
  readonly max: number;
}

export function ratio(these: readonly number[], others: readonly number[]): Ratio {
  const rounds = these.map((figure, i) => figure / (others[i] ?? NaN));
  return {
    value: median(these) / median(others),
    min: Math.min(...rounds),
    max: Math.max(...rounds),
  };
}
