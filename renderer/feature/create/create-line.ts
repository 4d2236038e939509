import { copyName, type DomainDraft } from '../../../engine/api/draft.ts';
import { defineLine, imageLine } from '../../action/file-line.ts';
import { shellLine, shellWord } from '../../action/xl.ts';
import type { AfterCreate } from './memory-fit.ts';

export const cfgPath = (name: string): string => `/etc/xen/${name.trim() || 'NAME'}.cfg`;

/** Names with which a shell need not be careful. */
const plain = /^[A-Za-z0-9_@%+:,.-]+$/;

export interface Copies {
  readonly count: number;
  readonly first: number;
}

/** The line that starts them once the files are written; null when nothing is started. */
export function createLine(name: string, { count, first }: Copies, after: AfterCreate): string | null {
  if (after === 'off' || after === 'customise') return null;
  const words = after === 'paused' ? ['xl', 'create', '-p'] : ['xl', 'create'];
  if (count === 1) return shellLine(...words, cfgPath(name));
  const stem = plain.test(name) ? name : shellWord(name);
  return `for n in $(seq ${first} ${first + count - 1}); do ${words.join(' ')} /etc/xen/${stem}-$n.cfg; done`;
}

/** A domain that is going to be made: its file, and the draft (null: none) that says which images are made for it. */
export interface Planned {
  readonly draft: DomainDraft | null;
  readonly name: string;
  readonly text: string;
}

function imageLines(host: string, { source, disks }: DomainDraft): string[] {
  const own =
    source.kind === 'disk' && source.copyTo !== null
      ? [imageLine(host, source.copyTo, { of: source.disk })]
      : [];
  const further = disks.flatMap(({ path, origin, format }) => {
    if (path === null || origin === null) return [];
    return [imageLine(host, path, origin.kind === 'copy' ? origin : { sizeMiB: origin.sizeMiB, format })];
  });
  return [...own, ...further];
}

/** What does all of it: the images, the files and the starts. null when that is too long to be typed. */
export function createScript(host: string, planned: readonly Planned[], after: AfterCreate): string | null {
  const parts = planned.map(({ draft, name, text }) => {
    const start = createLine(name, { count: 1, first: 1 }, after);
    const define = defineLine(host, cfgPath(name), text, start === null ? [] : [start]);
    return define === null ? null : [...(draft ? imageLines(host, draft) : []), define].join(' && ');
  });
  const script = parts.join('\n');
  return parts.includes(null) || script.length > 1 << 16 ? null : script;
}

/** `web-1, web-2 … web-9`. */
export function copyNames(name: string, { count, first }: Copies): string {
  const all = Array.from({ length: count }, (_, at) => copyName(name, first + at));
  return count <= 3 ? all.join(', ') : `${all[0]}, ${all[1]} … ${all.at(-1)}`;
}
