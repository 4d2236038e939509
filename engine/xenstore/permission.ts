import { refusal } from './error.ts';

/** n none, r read, w write, b both (xenstore reference §1 "Permissions"). */
export type AccessLetter = 'n' | 'r' | 'w' | 'b';

/**
 * One entry of a node's list. In the first entry `domid` is the owner (always full access) and `access` what every
 * domain not listed may do; each later entry is what that domain may do.
 */
export interface Permission {
  readonly access: AccessLetter;
  readonly domid: number;
  /**
   * The domain did not exist when the entry was made, or is gone: the entry stays visible, as in the real daemon,
   * but gives nobody anything, not even a new domain with the same number.
   */
  readonly void?: true;
}

/** Never empty; the first entry is the owner's. */
export type Permissions = readonly Permission[];

/** Stands for every domain in an entry (xenstore reference §1: `r32757`). */
export const DOMID_ANY = 32757;

export const READ = 1;
export const WRITE = 2;
/** May change the list itself. */
export const OWNER = 4;
const FULL = READ | WRITE | OWNER;

const BITS: Readonly<Record<AccessLetter, number>> = { n: 0, r: READ, w: WRITE, b: READ | WRITE };

export const DOM0_ONLY: Permissions = Object.freeze([{ access: 'n', domid: 0 } as const]);

const NUMBER = /^[ \t\n\v\f\r]*([+-]?)(0[xX][0-9a-fA-F]+|\d+)$/;

/** C's strtol with base 0: decimal, 0x… or octal; kept to 32 bits. */
function parseDomid(text: string): number {
  const match = NUMBER.exec(text);
  if (!match) throw refusal('EINVAL');
  const digits = match[2] as string;
  const octal = /^0\d/.test(digits);
  if (octal && /[89]/.test(digits)) throw refusal('EINVAL');
  const value = octal ? parseInt(digits, 8) : Number(digits);
  return (match[1] === '-' ? -value : value) | 0;
}

/** `n0`, `r5`, `b0x7`… Refuses with EINVAL. */
export function parsePermission(text: string): Permission {
  const access = text.charAt(0);
  if (access !== 'n' && access !== 'r' && access !== 'w' && access !== 'b') throw refusal('EINVAL');
  return { access, domid: parseDomid(text.slice(1)) };
}

export function formatPermission(permission: Permission): string {
  return permission.access + permission.domid;
}

/** For a typed caller: `permissions('n0', 'r5')`. Throws RangeError on an empty list, a refusal on bad text. */
export function permissions(...entries: readonly string[]): Permissions {
  if (entries.length === 0) throw new RangeError('A node needs at least its owner');
  return entries.map(parsePermission);
}

export function ownerOf(list: Permissions): number {
  return (list[0] as Permission).domid;
}

/** Who asks: its number, and that of the domain it serves (SET_TARGET), if any. */
export interface Asker {
  readonly domid: number;
  readonly privileged: boolean;
  readonly targetDomid: number | undefined;
}

/** READ | WRITE | OWNER bits `asker` has by this list. The first entry that names it decides. */
export function accessBits(list: Permissions, asker: Asker): number {
  if (asker.privileged) return FULL;
  const owner = ownerOf(list);
  if (owner === asker.domid || owner === asker.targetDomid) return FULL;
  for (let i = 1; i < list.length; i += 1) {
    const entry = list[i] as Permission;
    if (entry.void) continue;
    if (entry.domid === asker.domid || entry.domid === asker.targetDomid || entry.domid === DOMID_ANY) {
      return BITS[entry.access];
    }
  }
  return BITS[(list[0] as Permission).access];
}
