import { splitPair, strtok, strtoul, toUint32 } from '../cnumber.ts';
import { joinTrimmedPairs, member, read, reject, type SpecResult } from './spec.ts';

/** A shared directory (9pfs) as libxl's JSON names it. */
export interface P9 {
  backend_domname?: string;
  tag?: string;
  path?: string;
  security_model?: string;
  devid?: number;
  type?: 'qemu' | 'xen_9pfsd';
  max_space?: number;
  max_files?: number;
  max_open_files?: number;
  auto_delete?: boolean;
}

const TEXT: Readonly<Record<string, 'security_model' | 'path' | 'tag' | 'backend_domname'>> = {
  security_model: 'security_model',
  path: 'path',
  tag: 'tag',
  backend: 'backend_domname',
};
const LIMITS: Readonly<Record<string, 'max_files' | 'max_open_files' | 'max_space'>> = {
  'max-files': 'max_files',
  'max-open-files': 'max_open_files',
  'max-space': 'max_space',
};
const ULONG_MAX = (1n << 64n) - 1n;

function set(p9: P9, key: string, value: string): string | undefined {
  const text = Object.hasOwn(TEXT, key) ? TEXT[key] : undefined;
  const limit = Object.hasOwn(LIMITS, key) ? LIMITS[key] : undefined;
  if (text !== undefined) p9[text] = value;
  else if (limit !== undefined) {
    const number = strtoul(value, 10);
    if (number.end === 0 || number.value === ULONG_MAX) return `xl: failed to convert "${value}" to number`;
    p9[limit] = toUint32(number.value);
  } else if (key === 'type') {
    const type = member(value, ['qemu', 'xen_9pfsd']);
    if (type === undefined) return `failed to parse 9pfs type: ${value}`;
    p9.type = type;
  } else if (key === 'auto-delete') p9.auto_delete = strtoul(value, 0).value !== 0n;
  else return `Unknown 9pfs parameter '${key}'`;
  return undefined;
}

/**
 * Reads a p9 spec; that tag, path and security model are there is asked for only when the domain is created.
 * @param defaultPath what type xen_9pfsd exports when no path is given
 */
export function parseP9(spec: string, defaultPath: string): SpecResult<P9> {
  const p9: P9 = {};
  for (const field of strtok(spec, ',')) {
    const pair = splitPair(field);
    if (pair === undefined) return reject('p9', `failed to parse 9pfs configuration: ${field}`, field);
    const problem = set(p9, ...pair);
    if (problem !== undefined) return reject('p9', problem, field);
  }
  if (p9.type === 'xen_9pfsd') p9.path ??= defaultPath;
  return read(p9);
}

export function printP9(p9: P9): string {
  return joinTrimmedPairs([
    ['tag', p9.tag],
    ['path', p9.path],
    ['security_model', p9.security_model],
    ['backend', p9.backend_domname],
    ['type', p9.type],
    ['max-files', p9.max_files],
    ['max-open-files', p9.max_open_files],
    ['max-space', p9.max_space],
    ['auto-delete', p9.auto_delete],
  ]);
}
