/** The part of a keyboard event that decides. */
export interface KeyPress {
  readonly key: string;
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

/**
 * True when the event is the shortcut. `Ctrl+K` also means Command on a Mac; `Alt+N` goes by the key's place, because
 * Option makes other characters there; a plain character (`/`) goes by what it types.
 */
export function isShortcut(shortcut: string, event: KeyPress): boolean {
  const parts = shortcut.split('+');
  const key = parts.pop() ?? '';
  const wants = (name: string): boolean => parts.includes(name);
  if (wants('Ctrl') !== (event.ctrlKey || event.metaKey) || wants('Alt') !== event.altKey) return false;
  if (wants('Alt')) return event.code === `Key${key}`;
  return (
    event.key.toLowerCase() === key.toLowerCase() &&
    (key.length > 1 || !/[a-z]/i.test(key) || wants('Shift') === event.shiftKey)
  );
}

/** A shortcut of a plain character must not fire while the person types. */
export function typesText(shortcut: string): boolean {
  return !/Ctrl\+|Alt\+|^F\d+$/.test(shortcut);
}

/** As the platform writes it. */
export function shortcutLabel(shortcut: string, mac: boolean): string {
  const label = shortcut.replace(/^Shift\+\?$/, '?');
  return mac ? label.replace('Ctrl+', '⌘').replace('Alt+', '⌥') : label;
}
