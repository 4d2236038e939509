import { isDeepStrictEqual } from 'node:util';
import type {
  DomainInfo,
  HostInfo,
  HostSamples,
  LabsInfo,
  StateChanges,
  StateCursor,
  StateKind,
  StateObject,
  StateSnapshot,
  Task,
} from '../api/index.ts';
import { domainKey } from '../api/index.ts';
import type { HostSink } from '../host/host.ts';
import { abortReason } from '../lib/abort.ts';
import { type Clock, systemClock } from '../lib/clock.ts';

export interface StateStoreOptions {
  /** Identity of this run of the engine; a cursor of another epoch is told to resync. */
  readonly epoch: string;
  readonly clock?: Clock;
  /** Removals remembered for readers that are behind; older ones make them resync. */
  readonly maxTombstones?: number;
  /** Changes within this time of the first one go out together, in ms. */
  readonly coalesceMs?: number;
  /** How long `changes` waits for something new, in ms. */
  readonly waitMs?: number;
}

interface Removal {
  readonly kind: StateKind;
  readonly key: string;
  readonly seq: number;
}

/**
 * The engine's state as its clients see it: objects by key, each with the sequence number of its last change. Readers
 * pull by cursor (decision 002), so nothing is ever queued for anyone. As HostSink it is where hosts report to.
 */
export class StateStore implements HostSink {
  readonly epoch: string;
  readonly #clock: Clock;
  readonly #maxTombstones: number;
  readonly #coalesceMs: number;
  readonly #waitMs: number;
  readonly #objects = new Map<string, { object: StateObject; seq: number }>();
  readonly #removals = new Map<string, Removal>();
  readonly #waiters = new Set<{ readonly seq: number; readonly wake: () => void }>();
  #seq = 0;
  /** Readers see changes up to here; later ones are still being gathered. */
  #published = 0;
  /** Removals up to here may be forgotten. */
  #forgotten = 0;
  #gathering = false;

  constructor(options: StateStoreOptions) {
    this.epoch = options.epoch;
    this.#clock = options.clock ?? systemClock;
    this.#maxTombstones = options.maxTombstones ?? 1000;
    this.#coalesceMs = options.coalesceMs ?? 10;
    this.#waitMs = options.waitMs ?? 30_000;
  }

  host(info: HostInfo): void {
    this.#put({ kind: 'host', key: info.id, value: info });
  }

  /** A host that goes takes its domains and samples with it. */
  hostRemoved(id: string): void {
    for (const { object } of this.#objects.values()) {
      if (object.kind === 'domain' && object.value.host === id) this.#remove('domain', object.key);
    }
    this.#remove('samples', id);
    this.#remove('host', id);
  }

  domain(info: DomainInfo): void {
    this.#put({ kind: 'domain', key: domainKey(info.host, info.id), value: info });
  }

  domainRemoved(host: string, domain: string): void {
    this.#remove('domain', domainKey(host, domain));
  }

  samples(samples: HostSamples): void {
    this.#put({ kind: 'samples', key: samples.host, value: samples });
  }

  labs(info: LabsInfo): void {
    this.#put({ kind: 'lab', key: 'labs', value: info });
  }

  task(task: Task): void {
    this.#put({ kind: 'task', key: task.id, value: task });
  }

  taskRemoved(id: string): void {
    this.#remove('task', id);
  }

  get(kind: StateKind, key: string): StateObject | undefined {
    return this.#objects.get(`${kind}:${key}`)?.object;
  }

  snapshot(): StateSnapshot {
    return {
      cursor: { epoch: this.epoch, seq: this.#seq },
      objects: [...this.#objects.values()].map(({ object }) => object),
    };
  }

  /**
   * What changed after `cursor`, latest wins per object. With nothing new it waits, up to `waitMs`, and then answers
   * with empty lists and the same cursor. Rejects with the signal's reason when aborted.
   */
  async changes(cursor: StateCursor, signal?: AbortSignal): Promise<StateChanges> {
    signal?.throwIfAborted();
    if (this.#cannotServe(cursor)) return { resync: true };
    if (cursor.seq >= this.#published) await this.#newerThan(cursor.seq, signal);
    if (this.#cannotServe(cursor)) return { resync: true };
    const changed = [...this.#objects.values()].filter(({ seq }) => seq > cursor.seq);
    const removed = [...this.#removals.values()].filter(({ seq }) => seq > cursor.seq);
    return {
      resync: false,
      cursor: { epoch: this.epoch, seq: Math.max(this.#seq, cursor.seq) },
      changed: changed.map(({ object }) => object),
      removed: removed.map(({ kind, key }) => ({ kind, key })),
    };
  }

  #cannotServe(cursor: StateCursor): boolean {
    return cursor.epoch !== this.epoch || cursor.seq > this.#seq || cursor.seq < this.#forgotten;
  }

  /** Resolves when something newer than `seq` is published, or after `waitMs`. */
  #newerThan(seq: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        cancel();
        this.#waiters.delete(waiter);
        signal?.removeEventListener('abort', onAbort);
      };
      const wake = (): void => {
        leave();
        resolve();
      };
      const onAbort = (): void => {
        leave();
        reject(abortReason(signal));
      };
      const waiter = { seq, wake };
      const cancel = this.#clock.after(this.#waitMs, wake);
      this.#waiters.add(waiter);
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  #put(object: StateObject): void {
    const id = `${object.kind}:${object.key}`;
    const present = this.#objects.get(id);
    if (present && isDeepStrictEqual(present.object.value, object.value)) return;
    this.#removals.delete(id);
    this.#objects.set(id, { object, seq: this.#next() });
  }

  #remove(kind: StateKind, key: string): void {
    const id = `${kind}:${key}`;
    if (!this.#objects.delete(id)) return;
    this.#removals.set(id, { kind, key, seq: this.#next() });
    for (const [oldest, removal] of this.#removals) {
      if (this.#removals.size <= this.#maxTombstones) break;
      this.#removals.delete(oldest);
      this.#forgotten = removal.seq;
    }
  }

  #next(): number {
    this.#seq += 1;
    if (!this.#gathering) {
      this.#gathering = true;
      this.#clock.after(this.#coalesceMs, () => {
        this.#gathering = false;
        this.#published = this.#seq;
        for (const { seq, wake } of [...this.#waiters]) if (seq < this.#published) wake();
      });
    }
    return this.#seq;
  }
}
