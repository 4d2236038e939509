import { useVirtualizer } from '@tanstack/vue-virtual';
import { computed, type ComputedRef } from 'vue';

/** The part of a long table that is drawn, and the height in px of what is not, above and below. */
export interface RowWindow {
  readonly first: number;
  readonly end: number;
  readonly above: number;
  readonly below: number;
}

/** Follows which of `count` rows of `rowHeight` px are in sight in the scrolling box, below a head of one row. */
export function useRowWindow(
  box: () => HTMLElement | null,
  count: () => number,
  rowHeight: number,
): ComputedRef<RowWindow> {
  const virtual = useVirtualizer(
    computed(() => ({
      count: count(),
      getScrollElement: box,
      estimateSize: () => rowHeight,
      scrollMargin: rowHeight,
      overscan: 10,
    })),
  );
  return computed(() => {
    const items = virtual.value.getVirtualItems();
    const first = items[0]?.index ?? 0;
    const end = (items.at(-1)?.index ?? -1) + 1;
    return { first, end, above: first * rowHeight, below: (count() - end) * rowHeight };
  });
}
