import type { DomainState } from '../../../api/index.ts';

/** `r b p s <how> d` of xl list as a word (xl-commands §3). */
export function stateOf(letters: string): DomainState {
  if (letters[5] === 'd') return 'dying';
  if (letters[4] === 'c') return 'crashed';
  if (letters[3] === 's') return 'shutdown';
  if (letters[2] === 'p') return 'paused';
  return letters[1] === 'b' && letters[0] !== 'r' ? 'blocked' : 'running';
}

/** xentop's columns (d s b c p r) in the order of xl list. */
export function listLetters(top: string): string {
  const [d = '-', s = '-', b = '-', c = '-', p = '-', r = '-'] = top;
  return `${r}${b}${p}${s}${c}${d}`;
}

/** xl list's letters in the order of xentop; of the ways to end xentop knows crashed only. */
export function topLetters(list: string): string {
  const [r = '-', b = '-', p = '-', s = '-', how = '-', d = '-'] = list;
  return `${d}${s}${b}${how === 'c' ? 'c' : '-'}${p}${r}`;
}
