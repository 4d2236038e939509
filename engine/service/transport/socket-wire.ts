import type { RawData, WebSocket } from 'ws';
import { type Wire } from './wire.ts';

function bytesOf(data: RawData): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data;
}

/**
 * A WebSocket (from `ws`, either end) as a wire. Errors of the socket end in its closing, which is all a wire tells.
 * Listen at once: messages that arrive before `onMessage` is called are lost.
 */
export function socketWire(socket: WebSocket): Wire {
  socket.on('error', () => socket.terminate());
  return {
    send(message) {
      if (socket.readyState === socket.OPEN) socket.send(message);
    },
    close(code, reason) {
      socket.close(code, reason);
      // A peer that does not answer the closing handshake keeps nothing here.
      setTimeout(() => socket.terminate(), 2000).unref();
    },
    onMessage(listener) {
      socket.on('message', (data, binary) => {
        if (socket.readyState !== socket.OPEN) return;
        listener(binary ? bytesOf(data) : Buffer.from(bytesOf(data)).toString('utf8'));
      });
    },
    onClose(listener) {
      if (socket.readyState === socket.CLOSED) listener();
      else socket.once('close', () => listener());
    },
    bufferedBytes: () => socket.bufferedAmount,
  };
}
