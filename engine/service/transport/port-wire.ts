import { type CloseCode, type Wire } from './wire.ts';

/** What Electron's MessagePortMain and Node's MessagePort have in common. */
export interface PortLike {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
  start(): void;
  close(): void;
}

/** Electron hands over an event, Node the message itself. */
function payloadOf(port: PortLike, message: unknown): unknown {
  if ('addEventListener' in port) return message;
  return typeof message === 'object' && message !== null && 'data' in message ? message.data : null;
}

/**
 * A message port as a wire. Nothing is ever transferred: Electron loses messages that transfer ArrayBuffers, so bytes
 * are copied. Ports have no close reason; `onClosed` hears it for the log.
 */
export function portWire(port: PortLike, onClosed?: (code: CloseCode, reason: string) => void): Wire {
  let closed = false;
  const closers: (() => void)[] = [];
  const gone = (): void => {
    if (closed) return;
    closed = true;
    for (const closer of closers.splice(0)) closer();
  };
  port.on('close', gone);
  return {
    send(message) {
      if (!closed) port.postMessage(message);
    },
    close(code, reason) {
      if (closed) return;
      onClosed?.(code, reason);
      port.close();
      gone();
    },
    onMessage(listener) {
      port.on('message', (message) => {
        if (closed) return;
        const payload = payloadOf(port, message);
        listener(typeof payload === 'string' || payload instanceof Uint8Array ? payload : null);
      });
      port.start();
    },
    onClose(listener) {
      if (closed) listener();
      else closers.push(listener);
    },
    bufferedBytes: () => 0,
  };
}
