import { DomusError, type ErrorCode, type XenstoreNode } from '../../../api/index.ts';
import type { CancelTimer, Clock } from '../../../lib/clock.ts';
import { abortReason } from '../../../lib/abort.ts';
import {
  type ErrorName,
  formatPermission,
  permissions as parsePermissions,
  type XenStore,
  XenStoreError,
} from '../../../xenstore/index.ts';

const maxChildren = 5000;
const maxPaths = 1000;
/** Changes remembered for those who ask later. */
const keptChanges = 20_000;
const waitMs = 30_000;

const codes: Partial<Record<ErrorName, ErrorCode>> = { ENOENT: 'ERROR_NOTFOUND', EINVAL: 'ERROR_INVAL' };

/** Runs `action`; what the store refuses becomes an error of the contract. */
function ask<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof XenStoreError)) throw error;
    throw new DomusError(codes[error.code] ?? 'ERROR_FAIL', `${error.message} (${error.code})`);
  }
}

const below = (path: string, name: string): string => (path === '/' ? `/${name}` : `${path}/${name}`);

export function readNode(store: XenStore, path: string): XenstoreNode {
  return ask(() => ({
    path,
    value: store.readBytes(path),
    permissions: store.getPermissions(path).map(formatPermission).join(',').slice(0, 200),
    children: store
      .list(path)
      .slice(0, maxChildren)
      .map((name) => {
        const child = below(path, name);
        return { name, value: store.readBytes(child), leaf: store.list(child).length === 0 };
      }),
  }));
}

/** `value` has one character 0..255 per byte. */
export function writeNode(store: XenStore, path: string, value: string): void {
  ask(() => store.writeBytes(path, value));
}

export function removeNode(store: XenStore, path: string): void {
  ask(() => {
    if (!store.rm(path)) throw new XenStoreError('ENOENT', path);
  });
}

export function setNodePermissions(store: XenStore, path: string, text: string): void {
  ask(() => {
    let entries;
    try {
      entries = parsePermissions(...text.split(',').map((entry) => entry.trim()));
    } catch {
      throw new DomusError('ERROR_INVAL', `"${text}" are no permissions: write them like n0,r1.`, {
        field: 'permissions',
      });
    }
    store.setPermissions(path, entries);
  });
}

export interface ChangesAnswer {
  cursor: number;
  paths: string[];
  lost: boolean;
}

/** Remembers which nodes changed, so that a page that asks again and again misses nothing. */
export class StoreJournal {
  readonly #store: XenStore;
  readonly #clock: Clock;
  readonly #changes: { seq: number; path: string }[] = [];
  readonly #waiting = new Set<() => void>();
  readonly #stop: () => void;
  #seq = 1;

  constructor(store: XenStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
    this.#stop = store.watch('/', (path) => this.#note(path));
  }

  close(): void {
    this.#stop();
    this.#wake();
  }

  /** See `Dom0Tools.xenstoreChanges`. */
  async changes(path: string, cursor: number, signal: AbortSignal | undefined): Promise<ChangesAnswer> {
    const from = cursor === 0 ? this.#seq : cursor;
    if (from > this.#seq) return { cursor: this.#seq, paths: [], lost: true };
    const first = this.#since(path, from);
    if (first.lost || first.paths.length > 0) return first;
    const deadline = this.#clock.monotonicNs() + waitMs * 1e6;
    for (;;) {
      const leftMs = (deadline - this.#clock.monotonicNs()) / 1e6;
      if (leftMs <= 0 || !(await this.#next(leftMs, signal))) return this.#since(path, from);
      const answer = this.#since(path, from);
      if (answer.lost || answer.paths.length > 0) return answer;
    }
  }

  #since(path: string, from: number): ChangesAnswer {
    const oldest = this.#changes[0]?.seq ?? this.#seq + 1;
    const paths = new Set<string>();
    for (const change of this.#changes) {
      if (change.seq <= from) continue;
      if (change.path === path || path === '/' || change.path.startsWith(`${path}/`)) paths.add(change.path);
      // A whole tree that went is told by its root.
      else if (path.startsWith(`${change.path}/`) && !this.#store.exists(path)) paths.add(path);
    }
    const lost = from + 1 < oldest || paths.size > maxPaths;
    return { cursor: this.#seq, paths: lost ? [] : [...paths], lost };
  }

  #note(path: string): void {
    this.#seq += 1;
    this.#changes.push({ seq: this.#seq, path });
    if (this.#changes.length > keptChanges * 1.5) this.#changes.splice(0, this.#changes.length - keptChanges);
    this.#wake();
  }

  #wake(): void {
    for (const wake of [...this.#waiting]) wake();
  }

  /** False when nothing came within `ms`. Rejects when the caller is gone. */
  #next(ms: number, signal: AbortSignal | undefined): Promise<boolean> {
    return new Promise((resolve, reject) => {
      let cancel: CancelTimer = () => {};
      const end = (finish: () => void): void => {
        this.#waiting.delete(wake);
        cancel();
        signal?.removeEventListener('abort', onAbort);
        finish();
      };
      const wake = (): void => end(() => resolve(true));
      const onAbort = (): void => end(() => reject(abortReason(signal)));
      cancel = this.#clock.after(ms, () => end(() => resolve(false)));
      this.#waiting.add(wake);
      signal?.addEventListener('abort', onAbort, { once: true });
      if (signal?.aborted) onAbort();
    });
  }
}
