/** Loaded before the engine: gives a forked process the `process.parentPort` that Electron gives a utility process. */
import { EventEmitter } from 'node:events';
import { PortBridge, type PortTraffic } from './ports.ts';

type FromParent =
  { readonly kind: 'message'; readonly data: unknown; readonly ports: readonly number[] } | PortTraffic;

const send = process.send?.bind(process);
const tell = (message: object): void => void (process.connected && send?.(message));
const bridge = new PortBridge(tell);

class ParentPort extends EventEmitter {
  postMessage(data: unknown): void {
    tell({ kind: 'message', data });
  }
}
const parentPort = new ParentPort();
const early: unknown[] = [];

process.on('message', (message: FromParent) => {
  if (message.kind !== 'message') return bridge.hear(message);
  const event = { data: message.data, ports: message.ports.map((id) => bridge.receive(id)) };
  if (parentPort.listenerCount('message') > 0) parentPort.emit('message', event);
  else early.push(event);
});
parentPort.on('newListener', (name: string) => {
  if (name !== 'message') return;
  setImmediate(() => {
    for (const event of early.splice(0)) parentPort.emit('message', event);
  });
});
// Electron ends its utility processes with itself.
process.on('disconnect', () => process.exit(0));

Object.assign(process, { parentPort, send: undefined });
