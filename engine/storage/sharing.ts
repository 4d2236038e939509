import { DomusError } from '../api/index.ts';

interface Use {
  readonly owner: string;
  readonly ownerName: string;
  readonly readOnly: boolean;
  /** Its user knows that others write too (`!` of Xen's block script). Default false. */
  readonly shared?: boolean;
  /** It is the copy of a domain that goes elsewhere: it may have what its owner lends. Default false. */
  readonly incoming?: boolean;
}

const together = (one: Use, other: Use): boolean =>
  (one.readOnly && other.readOnly) || (one.shared === true && other.shared === true);

/**
 * Which running domain uses which image. The block script's rule (behaviour §9): what somebody writes, nobody else may
 * open; any number may read. Writers share an image when all of them say so.
 */
export class DiskSharing {
  readonly #uses = new Map<string, Use[]>();
  readonly #lenders = new Set<string>();

  /** The owner stands still and lets its incoming copy, and nobody else, open what it uses, until the returned call. */
  lend(owner: string): () => void {
    this.#lenders.add(owner);
    return () => void this.#lenders.delete(owner);
  }

  /**
   * Notes the use of the image with `identity`. The returned function ends it and is idempotent.
   * ERROR_FAIL, field `disk`, when it would be shared with a writer.
   */
  acquire(identity: string, path: string, use: Use): () => void {
    const uses = this.#uses.get(identity) ?? [];
    const conflict = uses.find((other) => !together(use, other) && !this.#isLent(use, other));
    if (conflict) {
      const how = conflict.readOnly ? 'reads' : 'writes';
      const who =
        conflict.owner === use.owner ? 'another disk of the same domain' : `the domain ${conflict.ownerName}`;
      throw new DomusError(
        'ERROR_FAIL',
        `The disk image ${path} cannot be opened for ${use.readOnly ? 'reading' : 'writing'}: ${who} ${how} it. Two file systems over one disk would destroy it.`,
        {
          field: 'disk',
          fix: 'Give this domain a copy of its own, attach the image read-only everywhere, or mark it as shared everywhere.',
        },
      );
    }
    this.#uses.set(identity, [...uses, use]);
    return () => this.#release(identity, use);
  }

  #isLent(use: Use, other: Use): boolean {
    return use.incoming === true && other.owner === use.owner && this.#lenders.has(use.owner);
  }

  #release(identity: string, use: Use): void {
    const left = (this.#uses.get(identity) ?? []).filter((other) => other !== use);
    if (left.length > 0) this.#uses.set(identity, left);
    else this.#uses.delete(identity);
  }
}
