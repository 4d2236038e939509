import type { HardwareField, HardwareItem, HardwareView } from '../../../engine/api/hardware.ts';

/**
 * What the next start changes, because the file says something else than what runs. `comes`: the device is only in the
 * file; `goes`: it is only in the running domain.
 */
export interface PendingItem {
  readonly item: HardwareItem;
  readonly change: 'fields' | 'comes' | 'goes';
  readonly fields: readonly HardwareField[];
}

/** Does the running domain have another value than its file? What the host decides (`no`) is no change to come. */
export const isPending = ({ live, configured, editable }: HardwareField): boolean =>
  editable !== 'no' && live !== undefined && configured !== undefined && live !== configured;

export interface Presence {
  readonly running: boolean;
  readonly hasFile: boolean;
}

/** Every domain has its parts on the sides that it has. */
export const presenceOf = ({ items }: HardwareView): Presence => ({
  running: items.some(({ inDomain }) => inDomain),
  hasFile: items.some(({ inFile }) => inFile),
});

/** null: nothing changes with the next start. */
export function pendingOf(item: HardwareItem, { running, hasFile }: Presence): PendingItem | null {
  if (!running || !hasFile || item.leftOut !== undefined) return null;
  if (item.inDomain !== item.inFile) return { item, change: item.inFile ? 'comes' : 'goes', fields: [] };
  const fields = item.fields.filter(isPending);
  return fields.length === 0 ? null : { item, change: 'fields', fields };
}

export function pendingItems(view: HardwareView): PendingItem[] {
  const presence = presenceOf(view);
  return view.items.map((item) => pendingOf(item, presence)).filter((pending) => pending !== null);
}
