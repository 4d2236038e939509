import { defineStore } from 'pinia';
import { computed, shallowReactive } from 'vue';
import type { HostInfo } from '../../engine/api/host.ts';

/** Hosts by id, as the engine last said. */
export const useHostStore = defineStore('host', () => {
  const byId = shallowReactive(new Map<string, HostInfo>());
  const list = computed(() =>
    [...byId.values()].sort(
      (a, b) => Number(b.kind === 'embedded') - Number(a.kind === 'embedded') || a.name.localeCompare(b.name),
    ),
  );

  function replace(hosts: readonly HostInfo[]): void {
    byId.clear();
    for (const host of hosts) byId.set(host.id, host);
  }
  const put = (host: HostInfo): void => void byId.set(host.id, host);
  const remove = (id: string): void => void byId.delete(id);
  const get = (id: string): HostInfo | null => byId.get(id) ?? null;

  return { byId, list, replace, put, remove, get };
});
