const form =
  /^(\d{4})-(\d{2})-(\d{2})T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?(Z|[+-](0\d|1[0-4]):[0-5]\d)$/;

/**
 * ISO 8601 with a zone, from year 1970 on; `Date.parse` alone would take 30 February for 2 March.
 * No zone is further than 14 hours away, and PostgreSQL refuses 16.
 */
export function isInstant(value: unknown): boolean {
  const parts = typeof value === 'string' ? form.exec(value) : null;
  if (!parts) return false;
  const [year, month, day] = parts.slice(1, 4).map(Number) as [number, number, number];
  const lastDay = new Date(Date.UTC(year, month, 0)).getUTCDate();
  if (year < 1970 || month < 1 || month > 12 || day < 1 || day > lastDay) return false;
  // The zone may carry the last day of 9999 into a year of five digits, the first of 1970 before it.
  const instant = Date.parse(parts[0]);
  return instant >= 0 && instant < Date.UTC(10_000, 0, 1);
}

/** Since 1970, of what `isInstant` takes: a `Date` ends at milliseconds, PostgreSQL and lists do not. */
export function microseconds(instant: string): number {
  const [, beyond = ''] = /\.\d{3}(\d{1,3})/.exec(instant) ?? [];
  return Date.parse(instant) * 1000 + Number(beyond.padEnd(3, '0'));
}
