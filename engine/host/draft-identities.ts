import { randomBytes, randomUUID } from 'node:crypto';
import type { DraftIdentity } from '../toolstack/draft.ts';

const maxIdentities = 100;

/** The most network cards a draft can have. */
const maxCards = 8;

/** Xen's prefix and 23 random bits (xl-cfg reference §6). */
function madeUpMac(): string {
  const [a = 0, b = 0, c = 0] = randomBytes(3);
  return `00:16:3e:${[a & 0x7f, b, c].map((byte) => byte.toString(16).padStart(2, '0')).join(':')}`;
}

/**
 * The UUID and MACs made up for drafts, by the draft's name: what a preview showed is what the creation that follows writes.
 * At most 100 are kept, the newest.
 */
export class DraftIdentities {
  readonly #known = new Map<string, DraftIdentity>();

  of(name: string): DraftIdentity {
    const known = this.#known.get(name);
    if (known) return known;
    const identity = { uuid: randomUUID(), macs: Array.from({ length: maxCards }, madeUpMac) };
    this.#known.set(name, identity);
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= maxIdentities) break;
      this.#known.delete(oldest);
    }
    return identity;
  }

  /** The draft has become a domain: another one of that name is somebody else. */
  used(name: string): void {
    this.#known.delete(name);
  }
}
