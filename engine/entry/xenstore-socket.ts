import { connect, type Socket } from 'node:net';
import { type ByteStream, WireClient } from '../xenstore/index.ts';

/** Where Debian's tools look for the socket when the environment says nothing. */
const DEFAULT_FOLDER = '/var/run/xenstored';

/**
 * The socket the tools of a Xen host would use: `XENSTORED_PATH`, else `socket` in `XENSTORED_RUNDIR` (both honoured
 * by libxenstore, also when empty), else `socket` in `folder`.
 */
export function xenstoreSocketPath(
  environment: Readonly<Record<string, string | undefined>>,
  folder = DEFAULT_FOLDER,
): string {
  return environment['XENSTORED_PATH'] ?? `${environment['XENSTORED_RUNDIR'] ?? folder}/socket`;
}

/** A client of the store that serves that socket. Rejects with the system's error. */
export function connectXenStore(socketPath: string): Promise<WireClient> {
  return new Promise((resolve, reject) => {
    const socket = connect(socketPath);
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(new WireClient(streamOf(socket)));
    });
  });
}

function streamOf(socket: Socket): ByteStream {
  return {
    write: (bytes) => socket.write(bytes),
    onData: (listener) => socket.on('data', listener),
    onClose: (listener) => {
      let reason: Error | undefined;
      socket.on('error', (error) => (reason = error));
      socket.on('close', () => listener(reason));
    },
    close: () => socket.destroy(),
  };
}
