import { copyName } from '../../../engine/api/draft.ts';
import { shellLine, shellWord } from '../../action/xl.ts';
import type { AfterCreate } from './draft-form.ts';

export const cfgPath = (name: string): string => `/etc/xen/${name.trim() || 'NAME'}.cfg`;

/** Names with which a shell need not be careful. */
const plain = /^[A-Za-z0-9_@%+:,.-]+$/;

export interface Copies {
  readonly count: number;
  readonly first: number;
}

/** The line that does the same once the files are written; null when nothing is started. */
export function createLine(name: string, { count, first }: Copies, after: AfterCreate): string | null {
  if (after === 'off' || after === 'customise') return null;
  const words = after === 'paused' ? ['xl', 'create', '-p'] : ['xl', 'create'];
  if (count === 1) return shellLine(...words, cfgPath(name));
  const stem = plain.test(name) ? name : shellWord(name);
  return `for n in $(seq ${first} ${first + count - 1}); do ${words.join(' ')} /etc/xen/${stem}-$n.cfg; done`;
}

/** `web-1, web-2 … web-9`. */
export function copyNames(name: string, { count, first }: Copies): string {
  const all = Array.from({ length: count }, (_, at) => copyName(name, first + at));
  return count <= 3 ? all.join(', ') : `${all[0]}, ${all[1]} … ${all.at(-1)}`;
}
