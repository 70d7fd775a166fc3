/** At most `width` at a time, at most `queue` waiting; who comes later is refused instead of waiting without end. */
export class Semaphore {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(
    private readonly width: number,
    private readonly queue: number,
  ) {}

  async run<T>(work: () => Promise<T>, refuse: () => Error): Promise<T> {
    if (this.running < this.width) this.running += 1;
    else if (this.waiting.length >= this.queue) throw refuse();
    else await new Promise<void>((turn) => this.waiting.push(turn));
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.running -= 1;
    }
  }
}
