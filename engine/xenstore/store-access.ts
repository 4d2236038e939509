import type { StoreCore } from './core.ts';
import type { DomainRecord } from './domain.ts';
import { Refusal, XenStoreError } from './error.ts';
import {
  checkOwnerKnown,
  makeDirectory,
  readNode,
  remove,
  type Scope,
  setPermissions,
  write,
} from './operations.ts';
import { canonical, domainPath } from './path.ts';
import type { Permissions } from './permission.ts';
import { fromBytes, toBytes } from './text.ts';
import type { View } from './view.ts';

const HOME = domainPath(0);
const DOM0 = { domid: 0, privileged: true, targetDomid: undefined };

/**
 * Reading and changing nodes with domain 0's rights, in the committed tree or in a transaction. Throws XenStoreError:
 * EINVAL for a malformed path, ENOENT for a node that is not there.
 */
export class StoreAccess {
  readonly #scope: Scope;
  #over = false;

  protected constructor(core: StoreCore, view: View) {
    const domain = core.domains.get(0) as DomainRecord;
    this.#scope = { view, asker: DOM0, domain, domains: core.domains };
  }

  read(path: string): string {
    return this.#do(path, (scope, at) => fromBytes(readNode(scope, at).value));
  }

  /** The value's bytes, one character 0..255 each: nothing is lost of what is no text. */
  readBytes(path: string): string {
    return this.#do(path, (scope, at) => readNode(scope, at).value);
  }

  /** As `write`; `bytes` has one character 0..255 per byte. */
  writeBytes(path: string, bytes: string): void {
    this.#do(path, (scope, at) => write(scope, at, bytes));
  }

  /** The value, or undefined when there is no such node. */
  tryRead(path: string): string | undefined {
    return this.#do(path, (scope, at) => {
      const node = scope.view.get(at);
      return node ? fromBytes(node.value) : undefined;
    });
  }

  exists(path: string): boolean {
    return this.#do(path, (scope, at) => scope.view.get(at) !== undefined);
  }

  /** Names of the children in order of creation. */
  list(path: string): string[] {
    return this.#do(path, (scope, at) => readNode(scope, at).children.toArray());
  }

  /** Creates the node and missing ancestors (with the permissions of the nearest one there is, or those given). */
  write(path: string, value: string, permissions?: Permissions): void {
    this.#do(path, (scope, at) => {
      write(scope, at, toBytes(value));
      if (permissions) this.#permit(scope, at, permissions);
    });
  }

  /** Creates the node, empty, unless it is there. */
  mkdir(path: string, permissions?: Permissions): void {
    this.#do(path, (scope, at) => {
      makeDirectory(scope, at);
      if (permissions) this.#permit(scope, at, permissions);
    });
  }

  /** Removes the node and all below; true when there was one. A missing node is no error. EINVAL for `/`. */
  rm(path: string): boolean {
    return this.#do(path, (scope, at) => {
      if (!scope.view.get(at)) return false;
      remove(scope, at);
      return true;
    });
  }

  getPermissions(path: string): Permissions {
    return this.#do(path, (scope, at) => readNode(scope, at).permissions, true);
  }

  /** ENOENT also when the owner is a domain the store was not told of (XenStore.domainCreated). */
  setPermissions(path: string, permissions: Permissions): void {
    this.#do(path, (scope, at) => this.#permit(scope, at, permissions), true);
  }

  protected canonical(path: string, allowSpecial: boolean): string {
    return canonical(path, HOME, allowSpecial);
  }

  /** Runs `action`; a refusal becomes an error that names `about`. */
  protected guard<T>(about: string | number, action: () => T): T {
    try {
      return action();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      throw new XenStoreError(error.code, typeof about === 'number' ? `domain ${about}` : about);
    }
  }

  protected over(): void {
    this.#over = true;
  }

  protected assertOpen(): void {
    if (this.#over) throw new XenStoreError('ENOENT', 'a transaction that is over');
  }

  #permit(scope: Scope, at: string, permissions: Permissions): void {
    if (permissions.length === 0) throw new RangeError('A node needs at least its owner');
    checkOwnerKnown(scope, permissions);
    setPermissions(scope, at, permissions);
  }

  #do<T>(path: string, action: (scope: Scope, at: string) => T, allowSpecial = false): T {
    this.assertOpen();
    return this.guard(path, () => action(this.#scope, this.canonical(path, allowSpecial)));
  }
}
