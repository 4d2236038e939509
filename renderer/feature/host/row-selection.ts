/** Which rows of a list are chosen, and where the keyboard is. Ids, because rows come, go and are sorted anew. */
export interface RowSelection {
  readonly chosen: ReadonlySet<string>;
  /** Where the keyboard is; null before it was anywhere. */
  readonly active: string | null;
  /** Fixed end of a range chosen with Shift. */
  readonly anchor: string | null;
}

export const noRows: RowSelection = { chosen: new Set(), active: null, anchor: null };

/** `only`: this row alone. `toggle`: this one in or out (Ctrl). `range`: all from the anchor to it (Shift). */
export type ChooseMode = 'only' | 'toggle' | 'range';

export const modeOf = (keys: { shiftKey: boolean; ctrlKey: boolean; metaKey: boolean }): ChooseMode => {
  if (keys.shiftKey) return 'range';
  return keys.ctrlKey || keys.metaKey ? 'toggle' : 'only';
};

function between(order: readonly string[], from: string, to: string): string[] {
  const ends = [order.indexOf(from), order.indexOf(to)];
  const [first = 0, last = 0] = ends.sort((a, b) => a - b);
  return first < 0 ? [to] : order.slice(first, last + 1);
}

/** What a click on row `id` makes of the selection; `order` is the list as it is shown. */
export function chooseRow(
  selection: RowSelection,
  order: readonly string[],
  id: string,
  mode: ChooseMode,
): RowSelection {
  if (mode === 'range') {
    const anchor = selection.anchor ?? selection.active ?? id;
    return { chosen: new Set(between(order, anchor, id)), active: id, anchor };
  }
  const chosen = new Set(mode === 'toggle' ? selection.chosen : []);
  if (mode === 'toggle' && chosen.has(id)) chosen.delete(id);
  else chosen.add(id);
  return { chosen, active: id, anchor: id };
}

export const chooseAll = (selection: RowSelection, order: readonly string[]): RowSelection => ({
  ...selection,
  chosen: new Set(order),
});

/** Without the rows that are not shown any more. The same object when nothing was dropped. */
export function keepShown(selection: RowSelection, order: readonly string[]): RowSelection {
  const shown = new Set(order);
  const chosen = [...selection.chosen].filter((id) => shown.has(id));
  const still = (id: string | null): string | null => (id !== null && shown.has(id) ? id : null);
  const next = { chosen: new Set(chosen), active: still(selection.active), anchor: still(selection.anchor) };
  const same =
    chosen.length === selection.chosen.size &&
    next.active === selection.active &&
    next.anchor === selection.anchor;
  return same ? selection : next;
}

const steps: Record<string, (at: number, last: number, page: number) => number> = {
  ArrowDown: (at) => at + 1,
  ArrowUp: (at) => at - 1,
  Home: () => 0,
  End: (_, last) => last,
  PageDown: (at, _, page) => at + page,
  PageUp: (at, _, page) => at - page,
};

/**
 * What a key does: arrows and their like move (with Shift they choose the range), Space chooses or unchooses, Ctrl+A
 * chooses all, Escape none. null when the key means nothing here.
 */
export function pressKey(
  selection: RowSelection,
  order: readonly string[],
  event: { key: string; shiftKey: boolean; ctrlKey: boolean; metaKey: boolean },
  pageRows: number,
): RowSelection | null {
  const at = selection.active === null ? -1 : order.indexOf(selection.active);
  const step = steps[event.key];
  if (step) {
    const to = order[Math.min(order.length - 1, Math.max(0, step(at, order.length - 1, pageRows)))];
    if (to === undefined) return null;
    if (event.shiftKey) return chooseRow(selection, order, to, 'range');
    return { ...selection, active: to, anchor: to };
  }
  if (event.key === ' ' && selection.active !== null)
    return chooseRow(selection, order, selection.active, event.shiftKey ? 'range' : 'toggle');
  if (event.key === 'Escape' && selection.chosen.size > 0) return { ...selection, chosen: new Set() };
  if (event.key.toLowerCase() === 'a' && (event.ctrlKey || event.metaKey)) return chooseAll(selection, order);
  return null;
}
