type Step = () => unknown;

/** What has been started goes again, the last first, however the run ends: by itself, by an error, by Ctrl-C. */
export class Cleanup {
  private readonly steps: Step[] = [];
  private readonly atExit: Step[] = [];
  private running: Promise<void> | undefined;

  constructor() {
    for (const [signal, status] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
    ] as const) {
      process.on(signal, () => void this.run().finally(() => process.exit(status)));
    }
    process.once('exit', () => {
      for (const step of this.atExit.reverse()) step();
    });
  }

  add(step: Step): void {
    this.steps.push(step);
  }

  /** The same without waiting, should the process end before it could be waited for; harmless after that. */
  addAtExit(step: Step): void {
    this.atExit.push(step);
  }

  /** Whether the run is being ended: what fails from now on fails because of that. */
  get begun(): boolean {
    return this.running !== undefined;
  }

  run(): Promise<void> {
    this.running ??= this.undo();
    return this.running;
  }

  private async undo(): Promise<void> {
    for (const step of this.steps.reverse()) {
      try {
        await step();
      } catch (error) {
        console.error(error instanceof Error ? error.message : error);
      }
    }
  }
}
