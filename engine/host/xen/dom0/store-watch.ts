import { abortReason } from '../../../lib/abort.ts';
import type { CancelTimer, Clock } from '../../../lib/clock.ts';
import type { Session } from '../link/session.ts';
import { LineSplitter } from '../shell/text.ts';
import type { Process } from '../shell/transport.ts';
import { whileWanted } from '../shell/while-wanted.ts';

const script = whileWanted('xenstore-watch "$1"');
const waitMs = 30_000;
/** A watch that nobody asks about any more is ended after this. */
const idleMs = 60_000;
const maxPaths = 1000;
const maxWatches = 8;

export interface StoreChanges {
  cursor: number;
  paths: string[];
  lost: boolean;
}

/** One `xenstore-watch` on the host, and what it has told. */
class Watched {
  readonly changes: { readonly seq: number; readonly path: string }[] = [];
  /** Changes up to here are not known any more. */
  forgotten: number;
  readonly #process: Process;
  readonly #nextSeq: () => number;
  readonly #waiting = new Set<() => void>();
  ended = false;
  #first = true;

  constructor(process: Process, from: number, nextSeq: () => number) {
    this.#process = process;
    this.forgotten = from;
    this.#nextSeq = nextSeq;
    const lines = new LineSplitter((line) => this.#heard(line), 4096);
    process.stdout.on('data', (chunk: Uint8Array) => lines.push(chunk));
    process.stderr.resume();
    process.stdin.on('error', () => undefined);
    void process.ended.then(() => {
      this.ended = true;
      this.#wake();
    });
  }

  close(): void {
    this.#process.kill();
  }

  /** Waits for the next change; false when there was none in time. Rejects when the caller is gone. */
  next(clock: Clock, ms: number, signal: AbortSignal | undefined): Promise<boolean> {
    return new Promise((resolve, reject) => {
      let cancel: CancelTimer = () => undefined;
      const end = (settle: () => void): void => {
        this.#waiting.delete(wake);
        cancel();
        signal?.removeEventListener('abort', onAbort);
        settle();
      };
      const wake = (): void => end(() => resolve(true));
      const onAbort = (): void => end(() => reject(abortReason(signal)));
      cancel = clock.after(ms, () => end(() => resolve(false)));
      this.#waiting.add(wake);
      signal?.addEventListener('abort', onAbort, { once: true });
      if (signal?.aborted) onAbort();
    });
  }

  /** A watch says its own path at once: that is no change. */
  #heard(line: string): void {
    if (this.#first) {
      this.#first = false;
      return;
    }
    if (!line.startsWith('/')) return;
    this.changes.push({ seq: this.#nextSeq(), path: line.slice(0, 3072) });
    if (this.changes.length > maxPaths * 2) {
      const dropped = this.changes.splice(0, maxPaths);
      this.forgotten = dropped.at(-1)?.seq ?? this.forgotten;
    }
    this.#wake();
  }

  #wake(): void {
    for (const wake of [...this.#waiting]) wake();
  }
}

/** Follows parts of a host's XenStore for as long as somebody asks about them. */
export class StoreWatches {
  readonly #clock: Clock;
  readonly #session: () => Session;
  readonly #watches = new Map<string, { watched: Promise<Watched>; cancelIdle: CancelTimer }>();
  #seq = 1;

  constructor(clock: Clock, session: () => Session) {
    this.#clock = clock;
    this.#session = session;
  }

  /** See `Dom0Tools.xenstoreChanges`. */
  async changes(path: string, cursor: number, signal: AbortSignal | undefined): Promise<StoreChanges> {
    const known = this.#watches.get(path);
    if (cursor !== 0 && !known) return { cursor: this.#seq, paths: [], lost: true };
    const watched = await this.#watch(path);
    const from = cursor === 0 ? this.#seq : cursor;
    const deadline = this.#clock.monotonicNs() + waitMs * 1e6;
    for (;;) {
      const answer = since(watched, from, this.#seq);
      const leftMs = (deadline - this.#clock.monotonicNs()) / 1e6;
      if (watched.ended) this.#drop(path);
      if (answer.lost || answer.paths.length > 0 || leftMs <= 0) return answer;
      if (watched.ended) return { cursor: this.#seq, paths: [], lost: true };
      await watched.next(this.#clock, leftMs, signal);
    }
  }

  close(): void {
    for (const path of [...this.#watches.keys()]) this.#drop(path);
  }

  #watch(path: string): Promise<Watched> {
    const known = this.#watches.get(path);
    known?.cancelIdle();
    const watched = known?.watched ?? this.#open(path);
    const cancelIdle = this.#clock.after(waitMs + idleMs, () => this.#drop(path));
    this.#watches.delete(path);
    this.#watches.set(path, { watched, cancelIdle });
    for (const oldest of [...this.#watches.keys()].slice(0, -maxWatches)) this.#drop(oldest);
    watched.catch(() => this.#watches.delete(path));
    return watched;
  }

  async #open(path: string): Promise<Watched> {
    const process = await this.#session().shell.open({ script, args: [path] });
    return new Watched(process, this.#seq, () => (this.#seq += 1));
  }

  #drop(path: string): void {
    const known = this.#watches.get(path);
    this.#watches.delete(path);
    known?.cancelIdle();
    known?.watched.then(
      (watched) => watched.close(),
      () => undefined,
    );
  }
}

function since({ changes, forgotten }: Watched, from: number, cursor: number): StoreChanges {
  const paths = new Set(changes.flatMap(({ seq, path }) => (seq > from ? [path] : [])));
  const lost = from < forgotten || paths.size > maxPaths;
  return { cursor, paths: lost ? [] : [...paths], lost };
}
