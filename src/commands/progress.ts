const WIDTH = 30;

/** A bar on a terminal, elsewhere a line at each tenth. Written to stderr: stdout is for the outcome. */
export class Progress {
  private done = 0;
  private told = 0;

  constructor(
    private readonly what: string,
    private readonly total: number,
    private readonly out: NodeJS.WriteStream = process.stderr,
  ) {}

  add(count: number): void {
    this.done = Math.min(this.done + count, this.total);
    if (this.out.isTTY) this.draw();
    else this.tellTenths();
  }

  /** Leaves the bar, for what is printed next. */
  end(): void {
    if (this.out.isTTY && this.done > 0) this.out.write('\n');
  }

  private draw(): void {
    const filled = Math.round((WIDTH * this.done) / this.total);
    const bar = '█'.repeat(filled) + '░'.repeat(WIDTH - filled);
    this.out.write(`\r${this.what} ${bar} ${this.done} of ${this.total} users`);
  }

  private tellTenths(): void {
    const tenth = Math.floor((10 * this.done) / this.total);
    if (tenth === this.told) return;
    this.told = tenth;
    this.out.write(`${this.what}: ${this.done} of ${this.total} users (${tenth * 10} %)\n`);
  }
}
