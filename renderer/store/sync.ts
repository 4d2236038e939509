import type { StateKind, StateObject, StateSnapshot } from '../../engine/api/state.ts';
import type { EngineClient } from '../client/engine.ts';
import { followState, type StateSink } from '../client/sync.ts';
import { useConnectionStore } from './connection.store.ts';
import { useDomainStore } from './domain.store.ts';
import { reportEnds } from './domain-ends.ts';
import { useHostStore } from './host.store.ts';
import { useLabStore } from './lab.store.ts';
import { useSamplesStore } from './samples.store.ts';
import { useTaskStore } from './task.store.ts';

type ValueOf<K extends StateKind> = Extract<StateObject, { kind: K }>['value'];
type Appliers = { [K in StateKind]: { put(value: ValueOf<K>): void; remove(key: string): void } };

function valuesOf<K extends StateKind>(snapshot: StateSnapshot, kind: K): ValueOf<K>[] {
  const ofKind = (object: StateObject): object is Extract<StateObject, { kind: K }> => object.kind === kind;
  return snapshot.objects.filter(ofKind).map((object) => object.value as ValueOf<K>);
}

/** Writes what the engine says into the stores, one store per kind of object. */
export function storeSink(): StateSink {
  const connection = useConnectionStore();
  const hosts = useHostStore();
  const domains = useDomainStore();
  const tasks = useTaskStore();
  const samples = useSamplesStore();
  const labs = useLabStore();
  const appliers: Appliers = {
    host: hosts,
    domain: {
      put(domain) {
        reportEnds(domains.get(domain.host, domain.id), domain);
        domains.put(domain);
      },
      remove: domains.remove,
    },
    task: tasks,
    samples,
    lab: labs,
  };

  function put<K extends StateKind>(kind: K, value: ValueOf<K>): void {
    appliers[kind].put(value);
  }

  return {
    replace(snapshot) {
      hosts.replace(valuesOf(snapshot, 'host'));
      domains.replace(valuesOf(snapshot, 'domain'));
      tasks.replace(valuesOf(snapshot, 'task'));
      for (const value of valuesOf(snapshot, 'samples')) samples.put(value);
      for (const value of valuesOf(snapshot, 'lab')) labs.put(value);
      connection.synced();
    },
    apply({ changed, removed }) {
      for (const { kind, value } of changed) put(kind, value);
      for (const { kind, key } of removed) appliers[kind].remove(key);
    },
  };
}

/** Domains whose last minute is fetched when the window opens; beyond that the sparklines fill as time goes. */
const maxSeeded = 60;

/** Fetches the last minute of live domains, so that a window that opens shows the past. Failures cost only that. */
async function seedSeries(client: EngineClient, lost: AbortSignal): Promise<void> {
  const samples = useSamplesStore();
  const live = [...useDomainStore().byKey.values()].filter(({ domid }) => domid !== null);
  for (const { host, id } of live.slice(0, maxSeeded)) {
    if (lost.aborted) return;
    const history = await client.stats
      .history({ host, domain: id, range: '5m' }, { signal: lost })
      .catch(() => null);
    if (history) samples.seed(host, id, history);
  }
}

/** Loads the state over a new line and follows it. A failed call gives the line up through `failed`. */
export async function followEngine(
  client: EngineClient,
  lost: AbortSignal,
  ends: { proven(): void; failed(reason: string): void },
): Promise<void> {
  const connection = useConnectionStore();
  try {
    connection.engine = await client.engine.info(undefined, { signal: lost });
    ends.proven();
    const sink = storeSink();
    const replace: StateSink['replace'] = (snapshot) => {
      const first = !connection.loaded;
      sink.replace(snapshot);
      if (first) void seedSeries(client, lost);
    };
    await followState(client.state, { ...sink, replace }, lost);
  } catch (error) {
    if (!lost.aborted) ends.failed(error instanceof Error ? error.message : String(error));
  }
}
