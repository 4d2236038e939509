import { computed, ref, type ComputedRef, type Ref } from 'vue';
import { domainMenu, fleetMenu, hostMenu } from '../../action/registry.ts';
import { fleetOf, type Selection } from '../../store/selection.store.ts';
import type { MenuEntries } from '../../ui/menu.ts';
import { menuEntries } from '../action/menu-entries.ts';
import type { TreeRow } from './tree-rows.ts';

export const rowId = (row: TreeRow): string => `tree-${row.key}`;

export function targetOf(row: TreeRow): Selection {
  switch (row.kind) {
    case 'fleet':
      return fleetOf('');
    case 'group':
      return fleetOf(row.group);
    case 'host':
      return { host: row.host.id, domain: null };
    case 'domain':
      return { host: row.domain.host, domain: row.domain.id };
  }
}

const menus = { fleet: fleetMenu, group: fleetMenu, host: hostMenu, domain: domainMenu } as const;

export interface TreeMenu {
  /** The row the menu is about. */
  readonly row: Ref<TreeRow | null>;
  readonly entries: ComputedRef<MenuEntries>;
  /** To be called before the menu sees the event. */
  onContextMenu(event: MouseEvent): void;
}

/** The tree's context menu: about the row under the pointer, or the active one when the menu key was pressed. */
export function useTreeMenu(
  rows: () => readonly TreeRow[],
  active: () => TreeRow | null,
  activate: (row: TreeRow) => void,
): TreeMenu {
  const row = ref<TreeRow | null>(null);
  const entries = computed(() => (row.value ? menuEntries(menus[row.value.kind], targetOf(row.value)) : []));

  function onContextMenu(event: MouseEvent): void {
    const element = (event.target as HTMLElement).closest<HTMLElement>('[data-key]');
    if (element) {
      row.value = rows().find(({ key }) => key === element.dataset.key) ?? null;
      if (row.value) activate(row.value);
      return;
    }
    // From the keyboard the event comes to the tree itself: pass it on to the active row, at its place.
    event.preventDefault();
    event.stopPropagation();
    const current = active();
    const target = current && document.getElementById(rowId(current));
    if (!target || event.button === 2) return;
    const { left: clientX, bottom: clientY } = target.getBoundingClientRect();
    target.dispatchEvent(
      new MouseEvent('contextmenu', { bubbles: true, cancelable: true, clientX: clientX + 40, clientY }),
    );
  }

  return { row, entries, onContextMenu };
}
