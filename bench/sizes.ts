const TENANTS = 1_000;

/** How many calls each tenant has: a power law by rank, the largest with a tenth of all. */
export function tenantSizes(calls: number): number[] {
  const shares = powerLaw(exponentFor(10));
  const sizes = shares.map((share) => Math.round(share * calls));
  sizes[0] = (sizes[0] ?? 0) + calls - sum(sizes);
  return sizes;
}

/** The rank of a tenant of average size. */
export function averageRank(sizes: readonly number[]): number {
  const average = sum(sizes) / sizes.length;
  return sizes.findIndex((size) => size <= average);
}

/** The exponent with which all tenants together have `times` as many calls as the largest. */
function exponentFor(times: number): number {
  let [low, high] = [0, 2];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (sum(weights(middle)) > times) low = middle;
    else high = middle;
  }
  return low;
}

function powerLaw(exponent: number): number[] {
  const all = weights(exponent);
  const total = sum(all);
  return all.map((weight) => weight / total);
}

function weights(exponent: number): number[] {
  return Array.from({ length: TENANTS }, (_, i) => (i + 1) ** -exponent);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
