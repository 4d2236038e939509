import type { Frame } from '../../engine/api/channel.ts';
import type { RawChannel } from '../../engine/cli/engine-client.ts';
import { BrokenPipe, type BytePipe, type StartedProgram } from '../../engine/cli/xl/pipes.ts';

/** One direction of a pipe, in memory. */
class Way implements AsyncIterator<Uint8Array> {
  readonly #waiting: Uint8Array[] = [];
  #ended = false;
  #wake = (): void => {};
  /** Nobody reads it any more. */
  broken = false;

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    for (;;) {
      const value = this.#waiting.shift();
      if (value) return { done: false, value };
      if (this.#ended) return { done: true, value: undefined };
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  async put(bytes: Uint8Array): Promise<void> {
    if (this.broken) throw new BrokenPipe('Broken pipe');
    this.#waiting.push(bytes.slice());
    this.#wake();
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }
}

/** Two programs joined by pipes: what one writes the other reads. `leave`: the second has ended so. */
export function pipePair(): {
  first: StartedProgram;
  second: BytePipe;
  readonly leave: (how: string) => void;
} {
  const [to, from] = [new Way(), new Way()];
  let leave = (_: string): void => {};
  const left = new Promise<string>((resolve) => (leave = resolve));
  return {
    first: { input: from, write: (bytes) => to.put(bytes), end: () => to.end(), pid: 402, ended: () => left },
    second: { input: to, write: (bytes) => from.put(bytes), end: () => from.end() },
    leave: (how) => {
      to.broken = true;
      from.end();
      leave(how);
    },
  };
}

/** A raw channel of which the test is the engine's end. */
export function testChannel(): RawChannel & {
  say(frame: Frame): void;
  readonly heard: Frame[];
  readonly shut: boolean;
} {
  let listener: (frame: Frame) => void = () => {};
  let close = (_: string): void => {};
  const closed = new Promise<string>((resolve) => (close = resolve));
  const heard: Frame[] = [];
  let shut = false;
  return {
    heard,
    closed,
    get shut() {
      return shut;
    },
    say: (frame) => listener(frame),
    send: async (frame) => void heard.push(frame),
    onFrame: (next) => (listener = next),
    close() {
      shut = true;
      close('');
    },
  };
}
