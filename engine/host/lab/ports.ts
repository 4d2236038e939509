import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

const loopback = '127.0.0.1';

/** A TCP port of 127.0.0.1 that was free just now: `wanted` if it is, else any. */
export function freeTcpPort(wanted: number | null): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error) => (wanted ? resolve(freeTcpPort(null)) : reject(error)));
    server.listen(wanted ?? 0, loopback, () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

/** The same for UDP. */
export function freeUdpPort(wanted: number | null): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4');
    socket.once('error', (error) => (wanted ? resolve(freeUdpPort(null)) : reject(error)));
    socket.bind(wanted ?? 0, loopback, () => {
      const { port } = socket.address();
      socket.close(() => resolve(port));
    });
  });
}
