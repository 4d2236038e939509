import { WebSocket } from 'ws';
import { socketWire } from '../service/transport/socket-wire.ts';
import { closeCode, maxBufferedBytes, type Wire } from '../service/transport/wire.ts';

/** Messages a client may send before the other side is connected. */
const maxEarly = 64;

/**
 * Joins a client to the engine that owns the state directory, message by message, when this process does not own it.
 * `path` is `/rpc` or `/channel/TICKET`. Whichever side ends, the other ends too; the engine does all checking.
 */
export function relay(client: Wire, socket: string, path: string): void {
  const engine = new WebSocket(`ws+unix:${socket}:${path}`, { perMessageDeflate: false });
  const wire = socketWire(engine);
  const early: (string | Uint8Array)[] = [];
  client.onMessage((message) => {
    if (message === null) client.close(closeCode.violation, 'Messages are text or bytes.');
    else if (engine.readyState === WebSocket.OPEN) wire.send(message);
    else if (early.push(message) > maxEarly) client.close(closeCode.violation, 'Too many calls at once.');
    if (wire.bufferedBytes() > maxBufferedBytes)
      client.close(closeCode.tooSlow, 'The engine is not reading.');
  });
  wire.onMessage((message) => {
    if (message !== null) client.send(message);
  });
  engine.once('open', () => {
    for (const message of early.splice(0)) wire.send(message);
  });
  client.onClose(() => engine.close());
  wire.onClose(() => client.close(closeCode.goingAway, 'The engine has gone.'));
}

/** Resolves when the engine that listens on `socket` is gone. */
export function engineGone(socket: string): Promise<void> {
  return new Promise((resolve) => {
    const engine = new WebSocket(`ws+unix:${socket}:/rpc`, { perMessageDeflate: false });
    engine.on('error', () => engine.terminate());
    engine.once('close', () => resolve());
  });
}
