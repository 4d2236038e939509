import { computed, onScopeDispose, ref, shallowReactive, shallowRef, triggerRef, watch } from 'vue';
import type { ErrorData } from '../../../engine/api/error.ts';
import { toErrorData } from '../../client/error.ts';
import { engineClient } from '../../client/session.ts';
import { useConnectionStore } from '../../store/connection.store.ts';
import {
  isWithin,
  forget,
  nearestKnown,
  storeRows,
  takeIn,
  toReadAgain,
  unread,
  type StoreTree,
} from './store-tree.ts';

/** How long a change is shown. */
const changedMs = 2000;
/** Changes that come close together are read together. */
const batchMs = 150;
const atOnce = 8;
/** Most nodes read for one search of everything. */
const maxSearched = 600;

/**
 * The part of XenStore below `root`, read as it is opened and kept true by the engine's list of changes for as long as
 * the component is there.
 */
export function useStore(host: () => string, root: () => string) {
  const connection = useConnectionStore();
  const tree = shallowRef<StoreTree>(new Map());
  const open = shallowReactive(new Set<string>());
  const filter = ref('');
  const error = shallowRef<ErrorData | null>(null);
  /** Paths that changed in the last two seconds. */
  const changed = shallowReactive(new Set<string>());
  /** What a search of everything left unread. */
  const unsearched = ref(0);
  const listeners = new Set<(paths: readonly string[]) => void>();
  const timers = new Set<ReturnType<typeof setTimeout>>();
  let life = new AbortController();

  function after(ms: number, run: () => void): void {
    const timer = setTimeout(() => {
      timers.delete(timer);
      run();
    }, ms);
    timers.add(timer);
  }
  const pause = (ms: number): Promise<void> => new Promise((resolve) => after(ms, resolve));

  /** Reads one node; what is not there any more is forgotten. */
  async function read(path: string, signal = life.signal): Promise<void> {
    try {
      const node = await engineClient().xenstore.node({ host: host(), path }, { signal });
      if (signal.aborted) return;
      takeIn(tree.value, node);
      if (path === root()) error.value = null;
    } catch (thrown) {
      if (signal.aborted) return;
      const data = toErrorData(thrown);
      if (data.code === 'ERROR_NOTFOUND') forget(tree.value, path);
      if (path === root() || data.code !== 'ERROR_NOTFOUND') error.value = data;
    }
    triggerRef(tree);
  }

  async function readAll(paths: readonly string[]): Promise<void> {
    const waiting = [...paths];
    const worker = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await read(next);
    };
    await Promise.all(Array.from({ length: Math.min(atOnce, paths.length) }, worker));
  }

  function mark(paths: readonly string[]): void {
    for (const path of paths) {
      const at = nearestKnown(tree.value, path);
      if (at === null || !isWithin(at, root()) || changed.has(at)) continue;
      changed.add(at);
      after(changedMs, () => changed.delete(at));
    }
  }

  async function follow(signal: AbortSignal): Promise<void> {
    let cursor = 0;
    while (!signal.aborted) {
      const answer = await engineClient().xenstore.changes(
        { host: host(), path: root(), cursor },
        { signal },
      );
      if (signal.aborted) return;
      cursor = answer.cursor;
      const known = [...tree.value.values()].filter(({ children }) => children !== null);
      await readAll(answer.lost ? known.map(({ path }) => path) : toReadAgain(tree.value, answer.paths));
      mark(answer.paths);
      for (const listener of listeners) listener(answer.paths);
      await pause(batchMs);
    }
  }

  function start(): void {
    life.abort();
    life = new AbortController();
    if (!connection.online) return;
    const { signal } = life;
    // Asked first, so that nothing between the two is missed.
    follow(signal).catch((thrown: unknown) => {
      if (!signal.aborted) error.value = toErrorData(thrown);
    });
    void read(root(), signal);
  }

  watch(
    () => [host(), root(), connection.online] as const,
    (next, before) => {
      if (!before || next[0] !== before[0] || next[1] !== before[1]) {
        tree.value = new Map();
        open.clear();
        open.add(root());
      }
      start();
    },
    { immediate: true },
  );

  /** Searches need everything that there is to be read, up to a bound. */
  async function searchAll(): Promise<void> {
    const wanted = filter.value;
    let budget = maxSearched;
    for (;;) {
      const paths = unread(tree.value, root()).slice(0, Math.min(budget, 64));
      unsearched.value = budget > 0 ? 0 : unread(tree.value, root()).length;
      if (paths.length === 0 || filter.value !== wanted || life.signal.aborted) return;
      budget -= paths.length;
      await readAll(paths);
    }
  }
  watch(filter, (text) => text && after(200, () => void searchAll()));

  function toggle(path: string, wanted = !open.has(path)): void {
    if (wanted) open.add(path);
    else open.delete(path);
    if (wanted && !tree.value.get(path)?.children) void read(path);
  }

  onScopeDispose(() => {
    life.abort();
    for (const timer of timers) clearTimeout(timer);
  });
  const rows = computed(() => storeRows(tree.value, { root: root(), open, filter: filter.value }));
  return {
    tree,
    rows,
    filter,
    error,
    changed,
    unsearched,
    read,
    toggle,
    restart: start,
    /** Hears the paths of every change; stops with the component. */
    onChanges: (listener: (paths: readonly string[]) => void): void => void listeners.add(listener),
  };
}
export type Store = ReturnType<typeof useStore>;
