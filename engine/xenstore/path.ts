import { refusal } from './error.ts';

/*
 * Paths (xenstore reference §1 "Paths"). Inside the store every path is canonical: absolute without a trailing
 * slash, or special (starting with `@`).
 */

const VALID = /^[A-Za-z0-9\-/_@]+$/;
const HOME_PREFIX = /^\/local\/domain\/\d{1,5}\//;

/** `/local/domain/N`: where the relative paths of domain N begin. */
export function domainPath(domid: number): string {
  return `/local/domain/${domid}`;
}

export function isRelative(path: string): boolean {
  const first = path.charCodeAt(0);
  return first !== 0x2f && first !== 0x40;
}

/**
 * The absolute form of what a caller wrote; relative paths resolve under `home`. Refuses with EINVAL: empty, bytes
 * outside `A-Za-z0-9-/_@`, `//`, a trailing `/` (except the root), and special paths unless allowed.
 */
export function canonical(path: string, home: string, allowSpecial: boolean): string {
  if (!VALID.test(path)) throw refusal('EINVAL');
  const first = path.charCodeAt(0);
  if (first === 0x40 && !allowSpecial) throw refusal('EINVAL');
  const name = first === 0x2f || first === 0x40 ? path : `${home}/${path}`;
  if (name.length > 1 && name.charCodeAt(name.length - 1) === 0x2f) throw refusal('EINVAL');
  if (name.includes('//')) throw refusal('EINVAL');
  return name;
}

/** What the quota `path-max` counts: the length after `/local/domain/N/`, else the whole length. */
export function countedLength(path: string): number {
  const home = HOME_PREFIX.exec(path);
  return home ? path.length - home[0].length : path.length;
}

/** The parent of a canonical path; that of the root and of a special node is the root. */
export function parentOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash <= 0 ? '/' : path.slice(0, slash);
}

export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

export function childOf(path: string, name: string): string {
  return path === '/' ? `/${name}` : `${path}/${name}`;
}

/** How many levels `path` lies below `ancestor`, which it is known to do or to be (0 = the same). */
export function levelsBelow(path: string, ancestor: string): number {
  if (path === ancestor) return 0;
  let levels = 0;
  for (let i = ancestor === '/' ? 0 : ancestor.length; i < path.length; i += 1) {
    if (path.charCodeAt(i) === 0x2f) levels += 1;
  }
  return levels;
}
