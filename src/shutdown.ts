type Step = () => Promise<unknown>;

/** Milliseconds a shutdown may take before the process ends anyway. */
const DEADLINE = 15_000;

/** On SIGTERM or SIGINT: drain requests, close the pool, stop an embedded PostgreSQL; the last added goes first. */
export class Shutdown {
  private readonly steps: Step[] = [];
  private begun = false;

  constructor() {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => void this.run());
    }
  }

  add(step: Step, atExit?: () => void): void {
    this.steps.push(step);
    if (atExit) process.once('exit', atExit);
  }

  /** A second signal does not start it again; the deadline holds for all steps together. */
  private async run(): Promise<void> {
    if (this.begun) return;
    this.begun = true;
    setTimeout(() => process.exit(1), DEADLINE).unref();
    for (const step of this.steps.reverse()) await step();
    process.exit(0);
  }
}
