import type { Permissions } from './permission.ts';

/**
 * The names of a node's children in order of creation. Immutable; lists share one backing array as long as they only
 * grow at its end, so that appending costs O(1) however long the list and however many old versions are still held.
 */
export class ChildList {
  static readonly empty = new ChildList([], 0, 0);

  readonly length: number;
  /** Size on the wire and for quotas: each name and its NUL. */
  readonly bytes: number;
  readonly #names: string[];

  private constructor(names: string[], length: number, bytes: number) {
    this.#names = names;
    this.length = length;
    this.bytes = bytes;
  }

  /** The caller knows that `name` is not in the list. */
  append(name: string): ChildList {
    const shared = this.length > 0 && this.#names.length === this.length;
    const names = shared ? this.#names : this.#names.slice(0, this.length);
    names.push(name);
    return new ChildList(names, this.length + 1, this.bytes + name.length + 1);
  }

  /** The same list when `name` is not in it. */
  remove(name: string): ChildList {
    const index = this.#names.indexOf(name);
    if (index < 0 || index >= this.length) return this;
    if (this.length === 1) return ChildList.empty;
    const bytes = this.bytes - name.length - 1;
    if (index === this.length - 1) return new ChildList(this.#names, index, bytes);
    const names = this.#names.slice(0, this.length);
    names.splice(index, 1);
    return new ChildList(names, names.length, bytes);
  }

  toArray(): string[] {
    return this.#names.slice(0, this.length);
  }

  /** `child␀child␀…`, empty when there is none. */
  toWire(): string {
    return this.length === 0 ? '' : `${this.toArray().join('\0')}\0`;
  }
}

/**
 * One version of a node. Immutable: a change makes a new node with a new generation, so whoever keeps an old one (a
 * transaction) keeps exactly what it saw. `value` is a byte string: one character 0..255 per byte, which V8 stores
 * in one byte each, and which compares and copies as a string.
 */
export interface Node {
  readonly value: string;
  readonly permissions: Permissions;
  readonly children: ChildList;
  /** Unique and growing over the whole store: two reads gave the same generation if and only if nothing changed. */
  readonly generation: number;
}

const HEADER_BYTES = 16;
const PERMISSION_BYTES = 8;

/** What the quotas `node-size` and `memory` count of a node: a header, permissions, value and children's names. */
export function sizeOf(node: Omit<Node, 'generation'>): number {
  return HEADER_BYTES + node.permissions.length * PERMISSION_BYTES + node.value.length + node.children.bytes;
}
