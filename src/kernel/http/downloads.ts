import { addAbortSignal, Readable } from 'node:stream';
import { Problem } from './problem';

const RETRY_AFTER = '30';
/** Milliseconds after which a client that reads ever so slowly is cut off. */
const LONGEST = 60 * 60 * 1000;

/** Answers of any length, made as fast as the client takes them. Few at once: each holds a page and asks the database all the time. */
export class Downloads {
  private running = 0;

  constructor(private readonly atOnce: number) {}

  /**
   * @param prepare what has to succeed before the answer begins; it gives the pieces of it
   * @throws Problem 429 `tenant.export_busy`
   */
  async open(prepare: () => Promise<AsyncIterable<string>>): Promise<Readable> {
    if (this.running >= this.atOnce) {
      throw new Problem('tenant.export_busy', { headers: { 'retry-after': RETRY_AFTER } });
    }
    this.running += 1;
    try {
      const pieces = Readable.from(await prepare(), { objectMode: false });
      // However it ends: read to the end, failed, or destroyed with the answer when the client goes.
      pieces.once('close', () => (this.running -= 1));
      return addAbortSignal(AbortSignal.timeout(LONGEST), pieces);
    } catch (error) {
      this.running -= 1;
      throw error;
    }
  }
}
