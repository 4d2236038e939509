import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A bad network between a client and a port of this computer, made of what TCP lets one see of it: delay, stalls, silence. */
export interface SlowWire {
  readonly port: number;
  /** What is sent either way arrives so much later. */
  delay(ms: number): void;
  /** Nothing arrives any more, and nobody is told: a cable was pulled. False: it is in its place again. */
  silent(on: boolean): void;
  close(): Promise<void>;
}

export async function slowWire(target: number): Promise<SlowWire> {
  let delayMs = 0;
  let isSilent = false;
  const sockets = new Set<Socket>();
  /** In order, each piece at its time; what came while the wire was silent is lost, and so is the connection. */
  const carry = (from: Socket, to: Socket): void => {
    let broken = false;
    let last = Promise.resolve();
    const later = (act: () => void): void => {
      const due = performance.now() + delayMs;
      last = last.then(async () => {
        const restMs = due - performance.now();
        if (restMs > 0) await new Promise((resolve) => setTimeout(resolve, restMs));
        broken ||= isSilent;
        if (!broken && !to.destroyed) act();
      });
    };
    from.on('data', (bytes: Buffer) => later(() => to.write(bytes)));
    from.on('close', () => later(() => to.destroy()));
    from.on('error', () => undefined);
    sockets.add(from);
    from.on('close', () => sockets.delete(from));
  };
  const server = createServer({ noDelay: true }, (near) => {
    const far = connect({ port: target, host: '127.0.0.1', noDelay: true });
    carry(near, far);
    carry(far, near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  return {
    port: (server.address() as AddressInfo).port,
    delay: (ms) => void (delayMs = ms),
    silent: (on) => void (isSilent = on),
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
