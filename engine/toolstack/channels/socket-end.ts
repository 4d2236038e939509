import { rm, stat } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { DomusError } from '../../api/index.ts';
import { type ChannelEnd, type EndOptions, Waiting } from './end.ts';

/** Of a socket's address on the systems there are (`sun_path` of macOS; Linux has 107). */
const maxPathBytes = 103;

const field = 'channel';

/**
 * A Unix socket that a program of the host connects to, one at a time as with Xen's device model; the next one waits. What
 * the guest says while nobody is connected is lost, as there. ERROR_FAIL where the socket cannot be made.
 */
export async function openSocketEnd({ channel, place, input }: EndOptions): Promise<ChannelEnd> {
  const { name, path } = channel;
  if (path === null || !path.startsWith('/')) throw refusal(name, 'it needs the whole path of a socket');
  if (process.platform === 'win32') throw refusal(name, 'Windows has no sockets that are files');
  const real = place(path);
  if (Buffer.byteLength(real) > maxPathBytes)
    throw refusal(name, `a socket's path has at most ${maxPathBytes} bytes, and ${real} has more`);
  await clearPlace(name, real);
  const end = new SocketEnd(real, input);
  try {
    await end.listen();
  } catch (error) {
    throw refusal(name, `${path} cannot be made: ${(error as NodeJS.ErrnoException).code ?? String(error)}`);
  }
  return end;
}

function refusal(name: string, why: string): DomusError {
  return new DomusError('ERROR_FAIL', `The channel ${name} has no socket: ${why}.`, {
    field,
    fix: 'Choose another path in its configuration, in a folder that exists.',
  });
}

/** A socket that nobody listens at is what a killed program left; anything else in its place is not touched. */
async function clearPlace(name: string, path: string): Promise<void> {
  const there = await stat(path).catch(() => null);
  if (!there) return;
  if (!there.isSocket()) throw refusal(name, `${path} is there and is no socket`);
  if (await answers(path)) throw refusal(name, `another program listens at ${path}`);
  await rm(path, { force: true });
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const end = (answered: boolean): void => {
      socket.destroy();
      resolve(answered);
    };
    socket.on('connect', () => end(true));
    socket.on('error', () => end(false));
  });
}

class SocketEnd implements ChannelEnd {
  readonly tty = null;
  readonly #path: string;
  readonly #server: Server;
  readonly #waiting: Waiting;
  readonly #line: Socket[] = [];
  #client: Socket | null = null;

  constructor(path: string, input: (bytes: Uint8Array) => number) {
    this.#path = path;
    this.#waiting = new Waiting(input);
    this.#server = createServer({ pauseOnConnect: true, allowHalfOpen: false }, (socket) =>
      this.#came(socket),
    );
    this.#server.maxConnections = 8;
  }

  listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.#path, () => {
        this.#server.off('error', reject);
        this.#server.on('error', () => {});
        resolve();
      });
    });
  }

  write(bytes: Uint8Array): void | Promise<void> {
    const client = this.#client;
    if (!client || client.write(bytes)) return undefined;
    return new Promise((resolve) => {
      const done = (): void => {
        client.off('drain', done);
        client.off('close', done);
        resolve();
      };
      client.on('drain', done);
      client.on('close', done);
    });
  }

  drained(): void {
    if (this.#waiting.drained()) this.#client?.resume();
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#line.splice(0)) socket.destroy();
    this.#client?.destroy();
    await closed;
  }

  #came(socket: Socket): void {
    socket.on('error', () => {});
    this.#line.push(socket);
    socket.on('close', () => this.#left(socket));
    this.#next();
  }

  #left(socket: Socket): void {
    const at = this.#line.indexOf(socket);
    if (at >= 0) this.#line.splice(at, 1);
    if (this.#client !== socket) return;
    this.#client = null;
    this.#waiting.clear();
    this.#next();
  }

  #next(): void {
    if (this.#client) return;
    const client = this.#line.shift();
    if (!client) return;
    this.#client = client;
    client.on('data', (bytes: Buffer) => {
      if (!this.#waiting.send(Uint8Array.from(bytes))) client.pause();
    });
    client.resume();
  }
}
