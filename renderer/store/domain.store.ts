import { defineStore } from 'pinia';
import { computed, shallowReactive, watch } from 'vue';
import { dom0Uuid, type DomainInfo, type DomainOperation } from '../../engine/api/domain.ts';
import { domainKey } from '../../engine/api/state.ts';

/** How long to wait for news of a domain that was just made. */
const appearsWithinMs = 5000;

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

/** Domain-0 first, then by name as a person sorts (`web-2` before `web-10`). */
function compareDomains(a: DomainInfo, b: DomainInfo): number {
  return Number(isDom0(b)) - Number(isDom0(a)) || collator.compare(a.name, b.name);
}

export const isDom0 = (domain: Pick<DomainInfo, 'uuid'>): boolean => domain.uuid === dom0Uuid;
export const keyOf = (domain: Pick<DomainInfo, 'host' | 'id'>): string => domainKey(domain.host, domain.id);

/** Domains of all hosts by `HOST/ID`, as the engine last said, and what this window has asked for meanwhile. */
export const useDomainStore = defineStore('domain', () => {
  const byKey = shallowReactive(new Map<string, DomainInfo>());
  /** Asked for by this window and not yet confirmed by the engine: shown at once, the truth follows. */
  const pending = shallowReactive(new Map<string, DomainOperation>());

  const byHost = computed(() => {
    const groups = new Map<string, DomainInfo[]>();
    for (const domain of byKey.values()) {
      const group = groups.get(domain.host);
      if (group) group.push(domain);
      else groups.set(domain.host, [domain]);
    }
    for (const group of groups.values()) group.sort(compareDomains);
    return groups;
  });

  function replace(domains: readonly DomainInfo[]): void {
    byKey.clear();
    for (const domain of domains) byKey.set(keyOf(domain), domain);
  }
  const put = (domain: DomainInfo): void => void byKey.set(keyOf(domain), domain);
  const remove = (key: string): void => void byKey.delete(key);
  const get = (host: string, id: string): DomainInfo | null => byKey.get(domainKey(host, id)) ?? null;
  const ofHost = (host: string): readonly DomainInfo[] => byHost.value.get(host) ?? [];

  /** Resolves when the domain is known, or after a while: a call may end before the state that it made is heard of. */
  function appears(host: string, id: string): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(end, appearsWithinMs);
      const stop = watch(
        () => byKey.has(domainKey(host, id)),
        (known) => known && queueMicrotask(end),
        { immediate: true, flush: 'sync' },
      );
      function end(): void {
        clearTimeout(timer);
        stop();
        resolve();
      }
    });
  }

  /** What is being done to the domain, by anybody. */
  function operationOf(domain: Pick<DomainInfo, 'host' | 'id' | 'operation'>): DomainOperation | null {
    return domain.operation ?? pending.get(keyOf(domain)) ?? null;
  }

  /** Shows `operation` on the domain until `work` has ended. */
  async function during<T>(key: string, operation: DomainOperation, work: Promise<T>): Promise<T> {
    pending.set(key, operation);
    try {
      return await work;
    } finally {
      pending.delete(key);
    }
  }

  return { byKey, pending, byHost, replace, put, remove, get, ofHost, appears, operationOf, during };
});
