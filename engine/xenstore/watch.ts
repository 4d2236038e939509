import { levelsBelow, parentOf } from './path.ts';
import { accessBits, type Asker, type Permissions, READ } from './permission.ts';
import type { Node } from './node.ts';
import type { ChangeKind } from './view.ts';

/** Somebody who can watch. `Origin` identifies the connection whose request caused an event. */
export interface Watcher<Origin> {
  /** Watchers hear of a change in this order: that of their connection. */
  readonly order: number;
  readonly asker: Asker;
  /** `path` is as the watcher named it: relative for a relative watch. */
  deliver(path: string, token: string, origin: Origin | undefined): void;
}

export interface Watch<Origin> {
  readonly watcher: Watcher<Origin>;
  /** Canonical. */
  readonly path: string;
  readonly token: string;
  /** How many levels below `path` it reaches; undefined = all. */
  readonly depth: number | undefined;
  /** How much of a changed path the watcher does not see: its home and the slash, for relative watches. */
  readonly hiddenPrefix: number;
  readonly order: number;
}

/** `perDomain` and `plain`: the two forms of a special event (xenstore reference §1 "Watches"). */
export type FireKind = ChangeKind | 'perDomain' | 'plain';

export interface Change<Origin> {
  readonly path: string;
  readonly kind: FireKind;
  /** The node as it is after, or for a removal was before; undefined when it is only to be found in the store. */
  readonly node: Node | undefined;
  readonly oldPermissions: Permissions | undefined;
  readonly origin: Origin | undefined;
}

/** All watches, by path: a change looks at the watches of its own path and its ancestors, never at all of them. */
export class WatchIndex<Origin> {
  readonly #byPath = new Map<string, Watch<Origin>[]>();
  readonly #find: (path: string) => Node | undefined;
  #order = 0;

  /** `find` looks into the committed nodes. */
  constructor(find: (path: string) => Node | undefined) {
    this.#find = find;
  }

  add(watch: Omit<Watch<Origin>, 'order'>): Watch<Origin> {
    this.#order += 1;
    const added = { ...watch, order: this.#order };
    const list = this.#byPath.get(watch.path);
    if (list) list.push(added);
    else this.#byPath.set(watch.path, [added]);
    return added;
  }

  remove(watch: Watch<Origin>): void {
    const list = this.#byPath.get(watch.path);
    if (!list) return;
    if (list.length === 1 && list[0] === watch) this.#byPath.delete(watch.path);
    else
      this.#byPath.set(
        watch.path,
        list.filter((other) => other !== watch),
      );
  }

  /** Delivers to every watch that matches and whose watcher may know, in order of connection, then of registration. */
  fire(change: Change<Origin>): void {
    const found = this.#matching(change);
    let watcher: Watcher<Origin> | undefined;
    let permitted = false;
    for (const watch of found) {
      if (watch.watcher !== watcher) {
        watcher = watch.watcher;
        permitted = this.#mayKnow(watcher.asker, change);
      }
      if (permitted) watcher.deliver(change.path.slice(watch.hiddenPrefix), watch.token, change.origin);
    }
  }

  #matching({ path, kind }: Change<Origin>): readonly Watch<Origin>[] {
    if (this.#byPath.size === 0) return [];
    const own = this.#byPath.get(path) ?? [];
    if (kind === 'exact') return inOrder(own);
    if (kind === 'plain') return inOrder(own.filter((watch) => watch.depth === undefined));
    const found = [...own];
    const top = path.startsWith('@') ? '/' : '';
    for (let up = above(path); up !== top; up = above(up)) {
      for (const watch of this.#byPath.get(up) ?? []) if (reaches(watch, path, kind)) found.push(watch);
    }
    return inOrder(found);
  }

  /**
   * The node or its parent must be readable; when permissions changed, being able to read it before is enough, so
   * that who loses access hears of it.
   */
  #mayKnow(asker: Asker, change: Change<Origin>): boolean {
    const { oldPermissions } = change;
    if (oldPermissions && (accessBits(oldPermissions, asker) & READ) !== 0) return true;
    const special = change.path.startsWith('@');
    const node = change.node ?? this.#find(change.path);
    if (!node) return false;
    if (asker.privileged || (accessBits(node.permissions, asker) & READ) !== 0) return true;
    const parent = this.#find(special ? '/' : parentOf(change.path));
    return parent !== undefined && (accessBits(parent.permissions, asker) & READ) !== 0;
  }
}

/** The next ancestor to look at; '' above the root. Special paths do not lie below the root. */
function above(path: string): string {
  return path === '/' ? '' : parentOf(path);
}

function reaches(watch: Watch<unknown>, path: string, kind: FireKind): boolean {
  if (watch.depth === undefined) return kind !== 'perDomain';
  return levelsBelow(path, watch.path) <= watch.depth;
}

function inOrder<Origin>(list: readonly Watch<Origin>[]): readonly Watch<Origin>[] {
  const sorted = list.every(
    (watch, index) => index === 0 || compare(list[index - 1] as Watch<Origin>, watch) < 0,
  );
  return sorted ? list : [...list].sort(compare);
}

function compare(a: Watch<unknown>, b: Watch<unknown>): number {
  return a.watcher.order - b.watcher.order || a.order - b.order;
}
