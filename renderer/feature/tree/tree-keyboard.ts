import { isBranch, moveTo, parentIndex, typeAhead, type TreeRow } from './tree-rows.ts';

/** The part of a keyboard event that decides. */
export interface TreeKey {
  readonly key: string;
  /** ms on a clock of its own. */
  readonly timeStamp: number;
  readonly ctrlKey: boolean;
  readonly altKey: boolean;
  readonly metaKey: boolean;
}

/** What keys do to a tree. */
export interface TreeControls {
  rows(): readonly TreeRow[];
  activeIndex(): number;
  /** Rows that fit in the window, for Page Up and Page Down. */
  pageRows(): number;
  /** Makes the row the active one; does nothing for an index outside. */
  activate(index: number): void;
  open(row: TreeRow): void;
  toggle(row: TreeRow): void;
  remove(row: TreeRow): void;
}

/** Letters typed within this time belong together. */
const typeAheadMs = 700;

/** Keys of an ARIA tree: arrows, Home, End, pages, Enter, Delete and type-ahead. The result says if the key was used. */
export function treeKeyboard(tree: TreeControls): (event: TreeKey) => boolean {
  let typed = '';
  let typedAt = -Infinity;

  function onLetter({ key, timeStamp, ctrlKey, altKey, metaKey }: TreeKey): boolean {
    if (key.length !== 1 || key === ' ' || ctrlKey || altKey || metaKey) return false;
    typed = timeStamp - typedAt < typeAheadMs ? typed + key : key;
    typedAt = timeStamp;
    tree.activate(typeAhead(tree.rows(), tree.activeIndex(), typed));
    return true;
  }

  /** Left closes a host or a group, else goes to what the row is under; right opens it or goes to its first row. */
  function onSideways(row: TreeRow, right: boolean): void {
    const at = tree.activeIndex();
    if (isBranch(row) && row.open !== right) tree.toggle(row);
    else if (!right) tree.activate(parentIndex(tree.rows(), at));
    else if (isBranch(row)) tree.activate(at + 1);
  }

  return (event) => {
    const row = tree.rows()[tree.activeIndex()];
    if (!row || event.key === '/') return false;
    const to = moveTo(tree.rows(), tree.activeIndex(), event.key, tree.pageRows());
    if (to !== null) tree.activate(to);
    else if (event.key === 'Enter' || event.key === ' ') tree.open(row);
    else if (event.key === 'ArrowLeft' || event.key === 'ArrowRight')
      onSideways(row, event.key === 'ArrowRight');
    else if (event.key === 'Delete') tree.remove(row);
    else return onLetter(event);
    return true;
  };
}
