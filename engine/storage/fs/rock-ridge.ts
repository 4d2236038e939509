import { type BlockReader, Fields } from './block-reader.ts';
import { damaged } from './fs-error.ts';
import { maxLinkBytes } from './node.ts';

const sectorBytes = 2048;
const maxContinuations = 32;
const maxNameBytes = 1024;

/** What Rock Ridge says of a directory record beyond ISO 9660. */
export interface RockRidge {
  readonly name: string | null;
  /** Where a symbolic link points; null: it is none. */
  readonly link: string | null;
}

/** Bytes to skip in every system use area, from the root's own record (SUSP's SP entry); null: there is no Rock Ridge. */
export async function rockRidgeSkip(reader: BlockReader, rootAt: number): Promise<number | null> {
  const length = new Fields(await reader.read(rootAt, 1)).byte(0);
  if (length < 34 + 7) return null;
  const fields = new Fields(await reader.read(rootAt, length));
  const found = fields.text(34, 2) === 'SP' && fields.byte(38) === 0xbe && fields.byte(39) === 0xef;
  return found ? fields.byte(40) : null;
}

/** Reads a record's system use area and where it is continued. FsError `damaged` when that does not end. */
export async function readRockRidge(reader: BlockReader, area: Uint8Array): Promise<RockRidge> {
  const builder = new Builder();
  let next: Continuation | null = builder.take(area);
  for (let count = 0; next; count += 1) {
    if (count > maxContinuations) throw damaged('the entries of a directory record do not end');
    next = builder.take(await reader.read(next.at, next.length));
  }
  return builder.result();
}

interface Continuation {
  readonly at: number;
  readonly length: number;
}

/** Collects names and links over the areas of one record. */
class Builder {
  #name: string | null = null;
  #link: string | null = null;
  /** The next component belongs to the one before it. */
  #glued = true;

  take(area: Uint8Array): Continuation | null {
    const fields = new Fields(area);
    let continuation: Continuation | null = null;
    for (let at = 0; at + 4 <= area.length;) {
      const length = fields.byte(at + 2);
      const signature = fields.text(at, 2);
      if (length < 4 || at + length > area.length || signature === 'ST') break;
      if (signature === 'NM' && length >= 5)
        this.#addName(area.subarray(at + 5, at + length), fields.byte(at + 4));
      if (signature === 'SL' && length >= 5) this.#addLink(area.subarray(at + 5, at + length));
      if (signature === 'CE' && length >= 28) {
        const from = fields.word32(at + 4) * sectorBytes + fields.word32(at + 12);
        continuation = { at: from, length: Math.min(fields.word32(at + 20), sectorBytes) };
      }
      at += length;
    }
    return continuation;
  }

  result(): RockRidge {
    return { name: this.#name, link: this.#link };
  }

  /** Flags 2 and 4 name the directory itself and its parent, which are not listed anyway. */
  #addName(bytes: Uint8Array, flags: number): void {
    if (flags & 6) return;
    this.#name = (this.#name ?? '') + Buffer.from(bytes).toString('utf8');
    if (this.#name.length > maxNameBytes) throw damaged('a name is too long');
  }

  /** Components: flags (1 goes on, 2 `.`, 4 `..`, 8 root), length, text. */
  #addLink(components: Uint8Array): void {
    for (let at = 0; at + 2 <= components.length;) {
      const flags = components[at] ?? 0;
      const length = components[at + 1] ?? 0;
      const text = Buffer.from(components.subarray(at + 2, at + 2 + length)).toString('utf8');
      const part = flags & 2 ? '.' : flags & 4 ? '..' : text;
      if (flags & 8) this.#link = '/';
      else this.#link = `${this.#link ?? ''}${this.#glued || this.#link === '/' ? '' : '/'}${part}`;
      this.#glued = (flags & 1) !== 0;
      if ((this.#link?.length ?? 0) > maxLinkBytes)
        throw damaged('a symbolic link is longer than 4096 bytes');
      at += 2 + length;
    }
  }
}
