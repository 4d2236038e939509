import {
  computed,
  onScopeDispose,
  ref,
  shallowRef,
  watch,
  type ComputedRef,
  type Ref,
  type ShallowRef,
} from 'vue';
import { historyStepSeconds, type History, type HistoryRange } from '../../../engine/api/host.ts';
import { engineClient } from '../../client/session.ts';
import { toErrorData } from '../../client/error.ts';
import { useNow } from '../../store/clock.ts';
import { useConnectionStore } from '../../store/connection.store.ts';
import { useSamplesStore } from '../../store/samples.store.ts';
import { appendSample } from './history-columns.ts';

export const rangeSeconds: Record<HistoryRange, number> = { '5m': 300, '1h': 3600, '24h': 86_400 };

export interface Subject {
  readonly host: string;
  /** null: the host as a whole. */
  readonly domain: string | null;
  readonly range: HistoryRange;
}

export interface LiveHistory {
  /** null while loading. */
  readonly history: Readonly<ShallowRef<History | null>>;
  readonly error: Ref<string | null>;
  /** Epoch ms of the right edge: the newest sample, or the clock while nothing comes. */
  readonly edge: ComputedRef<number>;
}

/**
 * The past from the engine, continued by live samples (5 min) or loaded anew at each step (longer ranges). Loads again
 * after the connection was lost.
 */
export function useHistory(subject: () => Subject): LiveHistory {
  const connection = useConnectionStore();
  const samples = useSamplesStore();
  const now = useNow();
  const history = shallowRef<History | null>(null);
  const error = ref<string | null>(null);
  let loading = new AbortController();
  /** Sample time the longer ranges were last loaded for. */
  let loadedFor = 0;

  async function load(): Promise<void> {
    loading.abort();
    const mine = (loading = new AbortController());
    try {
      const loaded = await engineClient().stats.history(subject(), { signal: mine.signal });
      if (mine.signal.aborted) return;
      history.value = loaded;
      error.value = null;
    } catch (thrown) {
      if (!mine.signal.aborted) error.value = toErrorData(thrown).message;
    }
  }

  watch(
    subject,
    (next, before) => {
      if (before && (['host', 'domain', 'range'] as const).every((key) => next[key] === before[key])) return;
      history.value = null;
      if (connection.online) void load();
    },
    { immediate: true },
  );
  watch(
    () => connection.online,
    (online) => online && void load(),
  );

  watch(
    () => samples.at(subject().host),
    (at) => {
      const { host, domain, range } = subject();
      const current = history.value;
      if (at === null || !current || current.range !== range) return;
      const step = historyStepSeconds[range];
      if (range === '5m') {
        const sample = domain === null ? samples.whole(host) : samples.latest(host, domain);
        history.value = appendSample(current, at, sample, rangeSeconds[range]);
      } else if (at - loadedFor >= step * 1000) {
        loadedFor = at;
        void load();
      }
    },
  );
  onScopeDispose(() => loading.abort());

  const edge = computed(() => {
    const at = samples.at(subject().host);
    return connection.online && at !== null ? at : now.value;
  });
  return { history, error, edge };
}
