import type { DomainInfo } from '../../../engine/api/domain.ts';
import { type AfterSave, saveDirectory } from '../../../engine/api/save.ts';
import { domainWord, shellLine } from '../../action/xl.ts';

/** Where a domain is saved to unless somebody says otherwise; `taken` are paths that must not be replaced unasked. */
export function suggestPath(name: string, directory: string, taken: ReadonlySet<string>): string {
  const base = `${directory || saveDirectory}/${name.replace(/[^A-Za-z0-9_.+-]/g, '_').replace(/^\./, '_')}`;
  if (!taken.has(base)) return base;
  for (let count = 2; ; count += 1) if (!taken.has(`${base}-${count}`)) return `${base}-${count}`;
}

/** The `xl save` that does the same. */
export function saveLine(
  domain: Pick<DomainInfo, 'name' | 'domid'>,
  path: string,
  after: AfterSave,
  keepDomid: boolean,
): string {
  const option = { off: [], running: ['-c'], paused: ['-p'] }[after];
  return shellLine('xl', 'save', ...option, ...(keepDomid ? ['-D'] : []), domainWord(domain), path);
}

export const restoreLine = (path: string, paused: boolean): string =>
  shellLine('xl', 'restore', ...(paused ? ['-p'] : []), path);
