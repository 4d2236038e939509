import { chmod, lstat, mkdir, rename, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import type { XenStore } from '../xenstore/index.ts';

/** More clients at a time are refused. */
const MAX_CLIENTS = 512;

/** For so long a client that broke the protocol may still fetch its last replies. */
const LAST_WORDS_MS = 2000;

/** What the address of a Unix socket holds (its last byte is the NUL). */
const MAX_PATH_BYTES = 107;

export interface XenStoreServer {
  readonly socketPath: string;
  /** Cuts off all clients and removes the socket. Idempotent. */
  close(): Promise<void>;
}

/** Somebody answers on the socket already. */
export class SocketInUseError extends Error {
  constructor(socketPath: string) {
    super(`Another XenStore answers on ${socketPath}`);
    this.name = 'SocketInUseError';
  }
}

/**
 * Serves the store's wire protocol on a Unix socket that only the owner can open (0600); every client has domain 0's
 * rights. A socket left behind by a killed process is replaced; rejects with SocketInUseError when one is answered.
 * The socket appears under its name only when it is ready, so a client never meets a half-made one.
 */
export async function serveXenStore(store: XenStore, socketPath: string): Promise<XenStoreServer> {
  const directory = dirname(socketPath);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  if (await answers(socketPath)) throw new SocketInUseError(socketPath);
  const clients = new Set<Socket>();
  const server = createServer((socket) => {
    clients.add(socket);
    socket.on('close', () => clients.delete(socket));
    attach(store, socket);
  });
  server.maxConnections = MAX_CLIENTS;
  const inode = await listenPrivately(server, socketPath);
  let closed: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    for (const socket of clients) socket.destroy();
    await new Promise<void>((resolve) => server.close(() => resolve()));
    if ((await inodeOf(socketPath)) === inode) await rm(socketPath, { force: true });
  };
  return { socketPath, close: () => (closed ??= close()) };
}

/** Joins a client's socket and its connection to the store, with back-pressure both ways. */
function attach(store: XenStore, socket: Socket): void {
  const connection = store.connectSocket({
    write: (bytes) => socket.write(bytes),
    resume: () => socket.resume(),
    end: (reason) => {
      if (reason !== 'protocol') return socket.destroy();
      socket.destroySoon();
      socket.setTimeout(LAST_WORDS_MS, () => socket.destroy());
    },
  });
  socket.on('data', (bytes) => {
    if (!connection.feed(bytes)) socket.pause();
  });
  socket.on('drain', () => connection.drained());
  socket.on('error', () => socket.destroy());
  socket.on('close', () => connection.close());
}

/**
 * Listens under a name nobody else can reach, then moves the socket to its place. Resolves with its inode. What a
 * process killed meanwhile left behind is cleared away the next time.
 */
async function listenPrivately(server: Server, socketPath: string): Promise<number> {
  const nursery = join(dirname(socketPath), '.new');
  const path = join(nursery, 's');
  if (Math.max(Buffer.byteLength(path), Buffer.byteLength(socketPath)) > MAX_PATH_BYTES) {
    throw new Error(`The path of the XenStore socket is too long for a Unix socket: ${socketPath}`);
  }
  await rm(nursery, { recursive: true, force: true });
  await mkdir(nursery, { mode: 0o700 });
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(path, () => {
        server.off('error', reject);
        resolve();
      });
    });
    await chmod(path, 0o600);
    const { ino } = await lstat(path);
    await rename(path, socketPath);
    return ino;
  } catch (error) {
    server.close();
    throw error;
  } finally {
    await rm(nursery, { recursive: true, force: true });
  }
}

/** True when a process accepts connections on the socket. */
function answers(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(socketPath);
    probe.on('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.on('error', () => resolve(false));
  });
}

async function inodeOf(path: string): Promise<number | undefined> {
  try {
    return (await lstat(path)).ino;
  } catch {
    return undefined;
  }
}
