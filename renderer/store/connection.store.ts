import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import type { ConnectionStatus } from '../client/connection.ts';
import type { EngineInfo } from '../../engine/api/contract.ts';

/** The line to the engine: whether it is up, since when it is not, and who the engine is. */
export const useConnectionStore = defineStore('connection', () => {
  const status = shallowRef<ConnectionStatus>({ kind: 'connecting', attempt: 0 });
  const engine = shallowRef<EngineInfo | null>(null);
  /** True once a first snapshot was taken: from then on there is something to show, maybe old. */
  const loaded = ref(false);
  /** True while what is shown is the engine's present state. */
  const online = ref(false);
  /** Epoch ms when the state was last known to be true; null while it is. */
  const staleSince = ref<number | null>(null);
  /** Epoch of an engine whose recovery this person has taken note of. */
  const acknowledgedEpoch = ref<string | null>(null);

  const recovered = computed(
    () => engine.value?.recovered === true && engine.value.epoch !== acknowledgedEpoch.value,
  );

  function setStatus(next: ConnectionStatus): void {
    status.value = next;
    if (next.kind !== 'online' && online.value) {
      online.value = false;
      staleSince.value = Date.now();
    }
  }
  function synced(): void {
    loaded.value = true;
    online.value = true;
    staleSince.value = null;
  }
  function acknowledge(): void {
    acknowledgedEpoch.value = engine.value?.epoch ?? null;
  }

  return { status, engine, loaded, online, staleSince, recovered, setStatus, synced, acknowledge };
});
