import { parentPath, type StoreRow } from './store-tree.ts';

/** What keys do to the tree of nodes. */
export interface StoreControls {
  rows(): readonly StoreRow[];
  activeIndex(): number;
  pageRows(): number;
  /** Does nothing for an index outside. */
  activate(index: number): void;
  toggle(path: string, open: boolean): void;
  remove(path: string): void;
}

export interface StoreKey {
  readonly key: string;
  readonly timeStamp: number;
  readonly ctrlKey: boolean;
  readonly altKey: boolean;
  readonly metaKey: boolean;
}

/** Letters typed within this time belong together. */
const typeAheadMs = 700;

/** Keys of an ARIA tree; `*` opens all siblings, Delete removes. The result says if the key was used. */
export function storeKeyboard(tree: StoreControls): (event: StoreKey) => boolean {
  let typed = '';
  let typedAt = -Infinity;

  function onLetter({ key, timeStamp }: StoreKey): void {
    typed = timeStamp - typedAt < typeAheadMs ? typed + key : key;
    typedAt = timeStamp;
    const rows = tree.rows();
    const skip = typed.length === 1 ? 1 : 0;
    for (let step = 0; step < rows.length; step += 1) {
      const index = (tree.activeIndex() + skip + step) % rows.length;
      if (rows[index]?.name.toLowerCase().startsWith(typed.toLowerCase())) return tree.activate(index);
    }
  }
  const moves: Record<string, (at: number, row: StoreRow) => void> = {
    ArrowDown: (at) => tree.activate(at + 1),
    ArrowUp: (at) => tree.activate(at - 1),
    Home: () => tree.activate(0),
    End: () => tree.activate(tree.rows().length - 1),
    PageDown: (at) => tree.activate(Math.min(tree.rows().length - 1, at + tree.pageRows())),
    PageUp: (at) => tree.activate(Math.max(0, at - tree.pageRows())),
    ArrowRight: (at, row) => {
      if (row.open === false) tree.toggle(row.path, true);
      else if (row.open) tree.activate(at + 1);
    },
    ArrowLeft: (_, row) => {
      if (row.open) return tree.toggle(row.path, false);
      const parent = parentPath(row.path);
      tree.activate(tree.rows().findIndex(({ path }) => path === parent));
    },
    Enter: (_, row) => row.open !== null && tree.toggle(row.path, !row.open),
    Delete: (_, row) => tree.remove(row.path),
    '*': (_, row) => {
      for (const each of tree.rows())
        if (each.level === row.level && each.open === false && parentPath(each.path) === parentPath(row.path))
          tree.toggle(each.path, true);
    },
  };

  return (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return false;
    const row = tree.rows()[tree.activeIndex()];
    const move = moves[event.key];
    if (!row) return false;
    if (move) {
      typed = '';
      move(tree.activeIndex(), row);
    } else if (event.key.length === 1 && event.key !== ' ') onLetter(event);
    else return false;
    return true;
  };
}
