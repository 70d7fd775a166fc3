import type { Principal } from '../kernel/security/principal';

type Heard = 'over' | 'news' | 'beat';
const byUrgency: readonly Heard[] = ['over', 'news', 'beat'];

/** One client that follows the calls of its tenant: how far it has come, and what it is to be told of next. */
export class CallStream {
  /** Time of the last event that was sent, in microseconds since 1970. Until it is known there is no news. */
  position = Number.POSITIVE_INFINITY;
  /** How many heartbeats ago it was opened. */
  age = 0;
  private readonly heard = new Set<Heard>();
  private wake: (() => void) | null = null;
  /** Has come back for more since the last heartbeat. */
  private alive = true;

  constructor(readonly who: Principal) {}

  hear(what: Heard): void {
    this.heard.add(what);
    this.wake?.();
  }

  /** What is most urgent; waits until there is something. */
  async next(): Promise<Heard> {
    this.alive = true;
    while (this.heard.size === 0) await new Promise<void>((resolve) => (this.wake = resolve));
    this.wake = null;
    const what = byUrgency.find((one) => this.heard.has(one)) ?? 'over';
    if (what !== 'over') this.heard.delete(what);
    return what;
  }

  /** @returns false when the client has taken nothing since the last heartbeat, although there was something for it */
  beat(): boolean {
    const kept = this.alive || this.wake !== null;
    this.alive = false;
    this.age += 1;
    this.hear('beat');
    return kept;
  }
}
