import { FitAddon } from '@xterm/addon-fit';
import { SearchAddon } from '@xterm/addon-search';
import { Terminal } from '@xterm/xterm';

/** Consoles are dark in every theme: guests choose their colours for a dark screen. */
const theme = {
  background: '#0a0e12',
  foreground: '#cfd8df',
  cursor: '#35c99a',
  selectionBackground: '#2d4a5f',
  black: '#1b242d',
  red: '#f26d6d',
  green: '#35c99a',
  yellow: '#e5a53b',
  blue: '#6ea8fe',
  magenta: '#cf8df2',
  cyan: '#5fd0d8',
  white: '#cfd8df',
  brightBlack: '#8191a0',
  brightRed: '#ff9a9a',
  brightGreen: '#7ce8c4',
  brightYellow: '#ffcf7a',
  brightBlue: '#a9ccff',
  brightMagenta: '#e5bfff',
  brightCyan: '#9aecf1',
  brightWhite: '#ffffff',
} as const;

export interface SerialTerminal {
  readonly terminal: Terminal;
  readonly fit: FitAddon;
  readonly search: SearchAddon;
}

/** A terminal for a serial line: 10,000 lines kept, no title or clipboard control for the guest. */
export function createSerialTerminal(): SerialTerminal {
  const terminal = new Terminal({
    allowProposedApi: true,
    cursorBlink: true,
    fontFamily: "'JetBrains Mono', ui-monospace, monospace",
    fontSize: 13,
    lineHeight: 1.25,
    scrollback: 10_000,
    theme: { ...theme },
  });
  const fit = new FitAddon();
  const search = new SearchAddon();
  terminal.loadAddon(fit);
  terminal.loadAddon(search);
  return { terminal, fit, search };
}

/** True for the key combinations that belong to the window and must not reach the guest. */
export function isWindowKey(event: KeyboardEvent): boolean {
  if (event.type !== 'keydown') return false;
  const letter = event.key.toLowerCase();
  const copyPasteFind = event.ctrlKey && event.shiftKey && ['c', 'v', 'f'].includes(letter);
  return copyPasteFind || (event.metaKey && ['c', 'v', 'f', 'k'].includes(letter));
}
