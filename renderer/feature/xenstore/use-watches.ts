import { computed, shallowRef, watch } from 'vue';
import { engineClient } from '../../client/session.ts';
import { isString, preference } from '../../store/preference.ts';
import { isWithin } from './store-tree.ts';
import type { Store } from './use-store.ts';

export interface WatchedPath {
  readonly path: string;
  /** null when there is no such node. */
  readonly value: string | null;
  /** Changes at or below it since the page was opened. */
  readonly count: number;
  readonly last: { readonly at: number; readonly path: string } | null;
}

const maxWatches = 50;
const isStringList = (value: unknown): value is string[] => Array.isArray(value) && value.every(isString);
/** As `HOST PATH`; paths have no blanks. Outlive the window. */
const kept = preference<string[]>('xenstore-watches', [], isStringList);

/** The paths of a host that a person watches, below what the page shows. */
export function useWatches(host: () => string, root: () => string, store: Store) {
  const seen = shallowRef<ReadonlyMap<string, Omit<WatchedPath, 'path'>>>(new Map());
  const paths = computed(() =>
    kept.value
      .filter((entry) => entry.startsWith(`${host()} `))
      .map((entry) => entry.slice(host().length + 1))
      .filter((path) => isWithin(path, root())),
  );
  const list = computed<WatchedPath[]>(() =>
    paths.value.map((path) => ({ path, ...(seen.value.get(path) ?? { value: null, count: 0, last: null }) })),
  );

  async function look(path: string, changedPaths: readonly string[]): Promise<void> {
    const node = await engineClient()
      .xenstore.node({ host: host(), path })
      .catch(() => null);
    const before = seen.value.get(path);
    const newest = changedPaths.at(-1);
    seen.value = new Map(seen.value).set(path, {
      value: node?.value ?? null,
      count: (before?.count ?? 0) + changedPaths.length,
      last: newest === undefined ? (before?.last ?? null) : { at: Date.now(), path: newest },
    });
  }
  store.onChanges((changedPaths) => {
    for (const path of paths.value) {
      const own = changedPaths.filter((each) => isWithin(each, path) || isWithin(path, each));
      if (own.length > 0) void look(path, own);
    }
  });
  watch(
    paths,
    (now) => {
      for (const path of now) if (!seen.value.has(path)) void look(path, []);
    },
    { immediate: true },
  );

  function toggle(path: string): void {
    const entry = `${host()} ${path}`;
    const without = kept.value.filter((each) => each !== entry);
    kept.value = without.length < kept.value.length ? without : [...without, entry].slice(-maxWatches);
  }
  return { list, paths: computed(() => new Set(paths.value)), toggle };
}
