import type { FitAddon } from '@xterm/addon-fit';
import type { Terminal } from '@xterm/xterm';
import { computed, shallowReactive, shallowRef, type ShallowRef } from 'vue';
import type { ErrorData } from '../../../engine/api/error.ts';
import { openTerminal, type RawChannel } from '../../client/channel.ts';
import { toErrorData } from '../../client/error.ts';
import { maxDataBytes } from '../../../engine/api/channel.ts';
import { createSerialTerminal } from '../console/terminal.ts';

export type ShellState =
  | { readonly kind: 'opening' }
  | { readonly kind: 'open' }
  | { readonly kind: 'ended'; readonly detail: string }
  | { readonly kind: 'refused'; readonly error: ErrorData };

/** One shell in Domain-0 with its screen. It lives on while other pages are looked at. */
export interface Shell {
  readonly id: number;
  readonly host: string;
  readonly terminal: Terminal;
  readonly fit: FitAddon;
  readonly state: Readonly<ShallowRef<ShellState>>;
  /** Opens it: the first time, and again after its end. */
  open(): void;
  close(): void;
}

/** Most shells of a window: each is a process on the engine's computer. */
export const maxShells = 8;
const windowBytes = 256 * 1024;
const encoder = new TextEncoder();

function createShell(id: number, host: string): Shell {
  const { terminal, fit } = createSerialTerminal();
  const state = shallowRef<ShellState>({ kind: 'opening' });
  let channel: RawChannel | null = null;
  let closed = false;

  function attach(opened: RawChannel): void {
    channel = opened;
    state.value = { kind: 'open' };
    opened.onFrame((frame) => {
      if (frame.type === 'data') {
        const { length } = frame.bytes;
        terminal.write(frame.bytes, () => opened.send({ type: 'credit', bytes: length }));
      } else if (frame.type === 'event' && frame.event.event === 'ended') {
        state.value = { kind: 'ended', detail: frame.event.detail || 'The shell has ended.' };
      }
    });
    opened.onClose(() => {
      if (channel === opened) channel = null;
      if (state.value.kind === 'open')
        state.value = { kind: 'ended', detail: 'The connection to the shell was lost.' };
    });
    opened.send({ type: 'resize', columns: terminal.cols, rows: terminal.rows });
    opened.send({ type: 'credit', bytes: windowBytes });
  }
  async function open(): Promise<void> {
    channel?.close();
    state.value = { kind: 'opening' };
    terminal.reset();
    try {
      const opened = await openTerminal(host, { columns: terminal.cols, rows: terminal.rows });
      if (closed) opened.close();
      else attach(opened);
    } catch (thrown) {
      state.value = { kind: 'refused', error: toErrorData(thrown) };
    }
  }
  terminal.onData((text) => {
    if (state.value.kind === 'ended' && text === '\r') return void open();
    const bytes = encoder.encode(text);
    for (let at = 0; at < bytes.length; at += maxDataBytes)
      channel?.send({ type: 'data', bytes: bytes.subarray(at, at + maxDataBytes) });
  });
  terminal.onResize(({ cols: columns, rows }) => channel?.send({ type: 'resize', columns, rows }));

  return {
    id,
    host,
    terminal,
    fit,
    state,
    open: () => void open(),
    close() {
      closed = true;
      channel?.close();
      terminal.dispose();
    },
  };
}

/** The window's shells, oldest first. */
const shells = shallowReactive<Shell[]>([]);
let lastId = 0;

/** Shells of one host; a new one is opened by `add`, which does nothing when there are too many. */
export function useShells(host: () => string) {
  const own = computed(() => shells.filter((shell) => shell.host === host()));
  function add(): Shell | null {
    if (shells.length >= maxShells) return null;
    const shell = createShell((lastId += 1), host());
    shells.push(shell);
    return shell;
  }
  function remove(shell: Shell): void {
    shell.close();
    const at = shells.indexOf(shell);
    if (at >= 0) shells.splice(at, 1);
  }
  return { own, add, remove };
}
