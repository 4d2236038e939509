/** Patterns of ssh_config(5), PATTERNS. Pure. */

/** `*` is anything, `?` one character. */
export function matchesPattern(pattern: string, text: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*+/g, '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 'su').test(text);
}

/** Patterns separated by commas: one must match, and none of those with a `!` before them. */
export function matchesList(list: string, text: string): boolean {
  let matches = false;
  for (const pattern of list.split(',')) {
    if (!pattern.startsWith('!')) matches ||= matchesPattern(pattern, text);
    else if (matchesPattern(pattern.slice(1), text)) return false;
  }
  return matches;
}

/** Words of a `Host` line: as a list. */
export function matchesHostLine(words: readonly string[], host: string): boolean {
  let matches = false;
  for (const word of words) {
    if (!word.startsWith('!')) matches ||= matchesPattern(word, host);
    else if (matchesPattern(word.slice(1), host)) return false;
  }
  return matches;
}

/** Files that a pattern of `Include` names, by one part of a path: as glob(7), so no hidden ones unless asked for. */
export function matchesFileName(pattern: string, name: string): boolean {
  if (name.startsWith('.') && !pattern.startsWith('.')) return false;
  const source = pattern
    .replace(/[.+^${}()|\\]/g, '\\$&')
    .replaceAll('[!', '[^')
    .replace(/\*+/g, '.*')
    .replaceAll('?', '.');
  try {
    return new RegExp(`^${source}$`, 's').test(name);
  } catch {
    return false;
  }
}

export const isPattern = (text: string): boolean => /[*?[]/.test(text);
