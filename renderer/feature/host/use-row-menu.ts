import { computed, type ComputedRef, ref } from 'vue';
import type { DomainInfo } from '../../../engine/api/domain.ts';
import { domainMenu } from '../../action/registry.ts';
import { useDomainStore } from '../../store/domain.store.ts';
import type { MenuEntries } from '../../ui/menu.ts';
import { menuEntries } from '../action/menu-entries.ts';

/** The commands of the row that was asked: the one under the mouse, or the one where the keyboard is. */
export interface RowMenu {
  readonly label: ComputedRef<string>;
  readonly entries: ComputedRef<MenuEntries>;
  /** For `contextmenu` in its capturing phase; an event over no row opens no menu. */
  readonly onContextMenu: (event: MouseEvent) => void;
}

/** `active` is the key of the row where the keyboard is. */
export function useRowMenu(active: () => string | null): RowMenu {
  const domains = useDomainStore();
  const asked = ref<DomainInfo | null>(null);
  return {
    label: computed(() => `Commands for ${asked.value?.name ?? 'domain'}`),
    entries: computed(() =>
      asked.value ? menuEntries(domainMenu, { host: asked.value.host, domain: asked.value.id }) : [],
    ),
    onContextMenu(event) {
      const under = (event.target as HTMLElement).closest<HTMLElement>('tr[data-id]')?.dataset.id;
      const key = under ?? (event.button === 2 ? null : active());
      asked.value = key === null ? null : (domains.byKey.get(key) ?? null);
      if (!asked.value) event.stopPropagation();
    },
  };
}
