import { Semaphore } from './semaphore';

/** Work that ends when it is told to. */
class Gate {
  started = 0;
  readonly #ends: { done: () => void; fail: (error: Error) => void }[] = [];

  readonly work = () =>
    new Promise<number>((resolve, reject) => {
      this.started += 1;
      const place = this.started;
      this.#ends.push({
        done: () => {
          resolve(place);
        },
        fail: reject,
      });
    });

  end(place: number): void {
    this.#ends[place - 1]?.done();
  }

  fail(place: number): void {
    this.#ends[place - 1]?.fail(new Error('the work failed'));
  }
}

const refuse = () => new Error('too many');
/** Lets everything that is ready to go on go on. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('Semaphore', () => {
  it('gives back what the work gave', async () => {
    const result = await new Semaphore(1, 0).run(() => Promise.resolve('done'), refuse);

    expect(result).toBe('done');
  });

  it('lets no more run at once than it is wide', async () => {
    const [turns, gate] = [new Semaphore(2, 10), new Gate()];

    const all = Array.from({ length: 5 }, () => turns.run(gate.work, refuse));
    await settled();
    const atFirst = gate.started;
    gate.end(1);
    await settled();
    const afterOne = gate.started;
    for (const place of [2, 3, 4, 5]) {
      gate.end(place);
      await settled();
    }

    expect([atFirst, afterOne]).toEqual([2, 3]);
    await expect(Promise.all(all)).resolves.toEqual([1, 2, 3, 4, 5]);
  });

  it('takes those who wait in the order in which they came', async () => {
    const [turns, order] = [new Semaphore(1, 10), [] as string[]];
    const work = (name: string) => () => Promise.resolve(order.push(name));

    await Promise.all(['Ann', 'Ben', 'Cleo'].map((name) => turns.run(work(name), refuse)));

    expect(order).toEqual(['Ann', 'Ben', 'Cleo']);
  });

  it('refuses whoever comes when the queue is full, without starting the work', async () => {
    const [turns, gate] = [new Semaphore(1, 1), new Gate()];
    const [running, waiting] = [turns.run(gate.work, refuse), turns.run(gate.work, refuse)];

    await expect(turns.run(gate.work, refuse)).rejects.toThrow('too many');

    expect(gate.started).toBe(1);
    gate.end(1);
    await running;
    await settled();
    gate.end(2);
    await expect(waiting).resolves.toBe(2);
  });

  it('takes on new work once there is room again', async () => {
    const turns = new Semaphore(1, 0);
    await turns.run(() => Promise.resolve(), refuse);

    await expect(turns.run(() => Promise.resolve('again'), refuse)).resolves.toBe('again');
  });

  it.each(['rejects', 'throws'])('gives the turn on when the work %s', async (how) => {
    const [turns, gate] = [new Semaphore(1, 1), new Gate()];
    const throwing = () => {
      throw new Error('the work failed');
    };

    const failing = turns.run(how === 'rejects' ? gate.work : throwing, refuse);
    const next = turns.run(() => Promise.resolve('next'), refuse);
    gate.fail(1);

    await expect(failing).rejects.toThrow('the work failed');
    await expect(next).resolves.toBe('next');
    await expect(turns.run(() => Promise.resolve('later'), refuse)).resolves.toBe('later');
  });

  it('does not let a newcomer overtake and run beside the one whose turn it is', async () => {
    const [turns, gate] = [new Semaphore(1, 5), new Gate()];
    const first = turns.run(gate.work, refuse);
    const second = turns.run(gate.work, refuse);

    gate.end(1);
    await first;
    const third = turns.run(gate.work, refuse);
    await settled();

    expect(gate.started).toBe(2);
    gate.end(2);
    await second;
    await settled();
    gate.end(3);
    await expect(third).resolves.toBe(3);
  });
});
