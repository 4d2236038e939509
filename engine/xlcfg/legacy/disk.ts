import { parseDisk } from '../device/disk.ts';
import { printDisk } from '../device/disk-print.ts';

export type Converted =
  | { readonly ok: true; readonly spec: string; readonly why: readonly string[] }
  | { readonly ok: false; readonly why: string };

const PREFIX = /^((?:tapdisk|tap2?|aio|ioemu|file|phy|raw|qcow2?|vhd):)+/;
const FORCED_MODE = /,\s*w!\s*$/;

/** Paths of xm could be relative: devices to /dev. */
function absolute(spec: string, why: string[]): string {
  const prefix = PREFIX.exec(spec)?.[0] ?? '';
  const rest = spec.slice(prefix.length);
  if (/^\/\/+/.test(rest)) {
    why.push('the path was written like an address');
    return prefix + rest.replace(/^\/+/, '/');
  }
  if (!prefix.includes('phy:') || rest.startsWith('/') || /^0x|^,|^$/.test(rest)) return spec;
  why.push('xm looked for devices below /dev');
  return `${prefix}/dev/${rest}`;
}

/**
 * Writes an old disk specification in today's form.
 * @param rootDevice name from root=, used when the specification names no device
 */
export function convertDisk(old: string, rootDevice: string | undefined): Converted {
  const why: string[] = [];
  let spec = absolute(old.trim(), why);
  if (FORCED_MODE.test(spec)) {
    spec = spec.replace(FORCED_MODE, ',w');
    why.push('mode w! (write although it is in use) does not exist any more');
  }
  let result = parseDisk(spec);
  if (
    !result.ok &&
    result.errors[0]?.what === 'no vdev specified' &&
    !spec.includes(',') &&
    rootDevice !== undefined
  ) {
    result = parseDisk(`${spec},${rootDevice},w`);
    why.push(`the device name was missing; ${rootDevice} is the one in root=`);
  }
  if (!result.ok) return { ok: false, why: result.errors.map(({ what }) => what).join(', ') };
  const plain = PREFIX.test(spec) || /:(cdrom|disk)\b/.test(spec);
  if (plain) why.push('prefixes and device:type are the old way to write a disk');
  if (why.length === 0) return { ok: true, spec: old, why };
  return { ok: true, spec: printDisk(result.disk), why };
}
