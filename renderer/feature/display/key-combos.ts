import type { KeySink } from './typing.ts';

/** A key by the name a person writes (`Ctrl`, `F4`), with its place and X11's number for it. */
interface NamedKey {
  readonly code: string;
  readonly keysym: number;
}

const named: Readonly<Record<string, NamedKey>> = {
  ctrl: { code: 'ControlLeft', keysym: 0xffe3 },
  alt: { code: 'AltLeft', keysym: 0xffe9 },
  altgr: { code: 'AltRight', keysym: 0xfe03 },
  shift: { code: 'ShiftLeft', keysym: 0xffe1 },
  super: { code: 'MetaLeft', keysym: 0xffeb },
  menu: { code: 'ContextMenu', keysym: 0xff67 },
  esc: { code: 'Escape', keysym: 0xff1b },
  tab: { code: 'Tab', keysym: 0xff09 },
  enter: { code: 'Enter', keysym: 0xff0d },
  space: { code: 'Space', keysym: 0x20 },
  backspace: { code: 'Backspace', keysym: 0xff08 },
  del: { code: 'Delete', keysym: 0xffff },
  ins: { code: 'Insert', keysym: 0xff63 },
  home: { code: 'Home', keysym: 0xff50 },
  end: { code: 'End', keysym: 0xff57 },
  pgup: { code: 'PageUp', keysym: 0xff55 },
  pgdn: { code: 'PageDown', keysym: 0xff56 },
  up: { code: 'ArrowUp', keysym: 0xff52 },
  down: { code: 'ArrowDown', keysym: 0xff54 },
  left: { code: 'ArrowLeft', keysym: 0xff51 },
  right: { code: 'ArrowRight', keysym: 0xff53 },
  print: { code: 'PrintScreen', keysym: 0xff61 },
  sysrq: { code: 'PrintScreen', keysym: 0xff15 },
  scrolllock: { code: 'ScrollLock', keysym: 0xff14 },
  pause: { code: 'Pause', keysym: 0xff13 },
  numlock: { code: 'NumLock', keysym: 0xff7f },
  ...Object.fromEntries(
    Array.from({ length: 12 }, (_, n) => [`f${n + 1}`, { code: `F${n + 1}`, keysym: 0xffbe + n }]),
  ),
  ...Object.fromEntries(
    [...'abcdefghijklmnopqrstuvwxyz'].map((c) => [
      c,
      { code: `Key${c.toUpperCase()}`, keysym: c.charCodeAt(0) },
    ]),
  ),
  ...Object.fromEntries([...'0123456789'].map((c) => [c, { code: `Digit${c}`, keysym: c.charCodeAt(0) }])),
};

/** Combinations that a window manager or a browser keeps for itself, so that they have to be sent by menu. */
export const combos: readonly (string | null)[] = [
  'Ctrl+Alt+Del',
  'Ctrl+Alt+Backspace',
  'Ctrl+Esc',
  'Alt+Tab',
  'Alt+F4',
  'Super',
  'Super+L',
  'Menu',
  'Print',
  'Alt+Print',
  null,
  'Ctrl+Alt+F1',
  'Ctrl+Alt+F2',
  'Ctrl+Alt+F3',
  'Ctrl+Alt+F4',
  'Ctrl+Alt+F5',
  'Ctrl+Alt+F6',
  'Ctrl+Alt+F7',
  null,
  'Alt+SysRq+R',
  'Alt+SysRq+E',
  'Alt+SysRq+I',
  'Alt+SysRq+S',
  'Alt+SysRq+U',
  'Alt+SysRq+B',
];

/** What the kernel of a Linux guest does on each. */
export const comboHints: Readonly<Record<string, string>> = {
  'Alt+SysRq+R': 'take the keyboard back',
  'Alt+SysRq+E': 'end all processes',
  'Alt+SysRq+I': 'kill all processes',
  'Alt+SysRq+S': 'sync disks',
  'Alt+SysRq+U': 'remount read-only',
  'Alt+SysRq+B': 'reboot at once',
};

export const maxMacroLength = 200;

/** The keys of a combination, or a sentence about what is wrong with it. */
export function parseCombo(text: string): { keys: NamedKey[] } | { why: string } {
  const words = text.split('+').map((word) => word.trim());
  if (text.trim() === '') return { why: 'Write keys joined by +, like Ctrl+Alt+Del.' };
  if (words.length > 6) return { why: 'At most six keys can be held at once.' };
  const keys: NamedKey[] = [];
  for (const word of words) {
    const key = named[word.toLowerCase()];
    if (!key)
      return {
        why: word === '' ? 'There is a + with nothing beside it.' : `There is no key called “${word}”.`,
      };
    keys.push(key);
  }
  return { keys };
}

/** A macro is combinations separated by spaces: `Ctrl+Alt+F2 r o o t Enter`. */
export function parseMacro(text: string): { steps: NamedKey[][] } | { why: string } {
  if (text.length > maxMacroLength) return { why: `At most ${maxMacroLength} characters.` };
  const steps: NamedKey[][] = [];
  for (const combo of text.trim().split(/\s+/)) {
    const parsed = parseCombo(combo);
    if ('why' in parsed) return parsed;
    steps.push(parsed.keys);
  }
  return { steps };
}

/** Presses the keys of each step together and lets go in the opposite order. False when the macro cannot be read. */
export function sendMacro(sink: KeySink, text: string): boolean {
  const parsed = parseMacro(text);
  if ('why' in parsed) return false;
  for (const step of parsed.steps) {
    for (const { keysym, code } of step) sink(keysym, code, true);
    for (const { keysym, code } of [...step].reverse()) sink(keysym, code, false);
  }
  return true;
}
