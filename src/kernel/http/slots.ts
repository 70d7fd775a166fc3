import { Problem } from './problem';
import type { ProblemCode } from './problem-catalogue';

/** Seconds. */
const RETRY_AFTER = '30';

interface Bounds {
  readonly inProcess: number;
  /** So that one tenant takes no turn from another, and learns nothing of it. */
  readonly perTenant: number;
}

/** So many long requests at once; who comes when all turns are taken is told to come back. */
export class Slots {
  private running = 0;
  private readonly byTenant = new Map<string, number>();

  constructor(
    private readonly bounds: Bounds,
    private readonly busy: ProblemCode,
  ) {}

  /** @returns gives the turn back, once however often it is called @throws Problem 429 */
  take(tenantId: string): () => void {
    const own = this.byTenant.get(tenantId) ?? 0;
    if (this.running >= this.bounds.inProcess || own >= this.bounds.perTenant) {
      throw new Problem(this.busy, { headers: { 'retry-after': RETRY_AFTER } });
    }
    this.running += 1;
    this.byTenant.set(tenantId, own + 1);
    let taken = true;
    return () => {
      if (taken) this.giveBack(tenantId);
      taken = false;
    };
  }

  private giveBack(tenantId: string): void {
    this.running -= 1;
    const left = (this.byTenant.get(tenantId) ?? 1) - 1;
    if (left > 0) this.byTenant.set(tenantId, left);
    else this.byTenant.delete(tenantId);
  }
}
