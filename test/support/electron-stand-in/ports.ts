import { EventEmitter } from 'node:events';
import { MessageChannel, type MessagePort } from 'node:worker_threads';

/** Electron's MessagePortMain on Node's MessagePort: messages come as events, and only after `start`. */
export class MessagePortMain extends EventEmitter {
  readonly #port: MessagePort;
  #closed = false;

  constructor(port: MessagePort) {
    super();
    this.#port = port;
    port.on('close', () => this.#gone());
  }

  postMessage(data: unknown): void {
    if (!this.#closed) this.#port.postMessage(data);
  }

  start(): void {
    this.#port.on('message', (data: unknown) => this.emit('message', { data, ports: [] }));
  }

  close(): void {
    this.#port.close();
    this.#gone();
  }

  #gone(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.emit('close');
  }
}

export class MessageChannelMain {
  readonly port1: MessagePortMain;
  readonly port2: MessagePortMain;

  constructor() {
    const { port1, port2 } = new MessageChannel();
    this.port1 = new MessagePortMain(port1);
    this.port2 = new MessagePortMain(port2);
  }
}

/** What crosses a process boundary on behalf of ports. */
export type PortTraffic =
  | { readonly kind: 'port'; readonly id: number; readonly data: unknown }
  | { readonly kind: 'port-close'; readonly id: number };

/** The ports whose other end is in another process, by number. Both sides number them alike: the sender of a port does. */
export class PortBridge {
  readonly #send: (traffic: PortTraffic) => void;
  readonly #ports = new Map<number, MessagePortMain>();

  constructor(send: (traffic: PortTraffic) => void) {
    this.#send = send;
  }

  /** Carries what `port` hears to the other process, and the other way. */
  attach(id: number, port: MessagePortMain): void {
    this.#ports.set(id, port);
    port.on('message', ({ data }: { data: unknown }) => this.#send({ kind: 'port', id, data }));
    port.on('close', () => {
      if (this.#ports.delete(id)) this.#send({ kind: 'port-close', id });
    });
    port.start();
  }

  /** A port whose other end is port `id` of the other process. */
  receive(id: number): MessagePortMain {
    const { port1, port2 } = new MessageChannelMain();
    this.attach(id, port1);
    return port2;
  }

  hear(traffic: PortTraffic): void {
    const port = this.#ports.get(traffic.id);
    if (traffic.kind === 'port') port?.postMessage(traffic.data);
    else if (this.#ports.delete(traffic.id)) port?.close();
  }

  closeAll(): void {
    const ports = [...this.#ports.values()];
    this.#ports.clear();
    for (const port of ports) port.close();
  }
}
