import { Monitor, Server } from '@lucide/vue';
import { computed, type ComputedRef } from 'vue';
import { appActions, domainActions, hostActions } from '../../action/registry.ts';
import { boundTo, runAction } from '../../action/use-actions.ts';
import { useDomainStore } from '../../store/domain.store.ts';
import { useHostStore } from '../../store/host.store.ts';
import { useSelectionStore } from '../../store/selection.store.ts';
import type { PaletteSource } from './palette-entries.ts';

/** The window's own places and commands for the palette. */
export function usePaletteSource(): ComputedRef<PaletteSource> {
  const hosts = useHostStore();
  const domains = useDomainStore();
  const selection = useSelectionStore();
  return computed(() => ({
    hosts: hosts.list,
    domainsOf: domains.ofHost,
    selected: selection.current,
    actions: {
      app: appActions.filter(({ id }) => id !== 'app.palette'),
      host: hostActions,
      domain: domainActions,
    },
    bound: (action, target) => boundTo(action, target),
    run: (action, target) => void runAction(action, target),
    go: (target) => selection.select(target),
    icons: { host: Server, domain: Monitor },
  }));
}
