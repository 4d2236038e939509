import { portWire, type PortLike } from '../service/transport/port-wire.ts';
import type { Wire } from '../service/transport/wire.ts';

/** The line to the shell that Electron gives a utility process (`process.parentPort`). */
export interface ParentPort {
  on(
    event: 'message',
    listener: (event: { readonly data: unknown; readonly ports: readonly PortLike[] }) => void,
  ): unknown;
  postMessage(message: ShellNotice): void;
}

/** What the engine tells the shell. */
export type ShellNotice =
  | { readonly type: 'ready' }
  /** It is ending, and still at it. */
  | { readonly type: 'stopping' }
  /** The engine cannot run at all; starting it again would not help. */
  | { readonly type: 'failed'; readonly sentence: string };

/** What the shell tells the engine; `connect` and `channel` come with exactly one port. */
export type ShellMessage =
  | { readonly type: 'connect' }
  | { readonly type: 'channel'; readonly ticket: string }
  | { readonly type: 'stop' };

export function parentPort(): ParentPort | undefined {
  return (process as unknown as { parentPort?: ParentPort }).parentPort;
}

function asShellMessage(data: unknown): ShellMessage | null {
  if (typeof data !== 'object' || data === null) return null;
  const { type, ticket } = data as Record<string, unknown>;
  if (type === 'connect' || type === 'stop') return { type };
  return type === 'channel' && typeof ticket === 'string' ? { type, ticket } : null;
}

export interface DesktopClients {
  rpc(wire: Wire): void;
  channel(ticket: string, wire: Wire): void;
  /** A connection was ended by this side, with the reason that a port cannot carry. */
  closed(reason: string): void;
}

/** Hears the shell's wish that the engine ends, from the very beginning. */
export function onShellStop(listener: () => void): void {
  parentPort()?.on('message', ({ data }) => {
    if (asShellMessage(data)?.type === 'stop') listener();
  });
}

/** Takes the ports that the shell hands over. */
export function openDesktopDoor(parent: ParentPort, clients: DesktopClients): void {
  parent.on('message', ({ data, ports }) => {
    const message = asShellMessage(data);
    if (message?.type === 'stop') return;
    const [port] = ports;
    if (!message || !port || ports.length !== 1) {
      for (const stray of ports) stray.close();
      return;
    }
    const wire = portWire(port, (_code, reason) => clients.closed(reason));
    if (message.type === 'connect') clients.rpc(wire);
    else clients.channel(message.ticket, wire);
  });
}
