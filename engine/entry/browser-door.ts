import { createServer, type Server } from 'node:http';
import { admitHost, admitSocket, localNames, newToken } from '../service/web/admission.ts';
import { serveSockets, type WireTakers } from '../service/web/socket-server.ts';
import { refuse, staticFiles } from '../service/web/static-files.ts';
import { UsageError } from './options.ts';

/** Where browser mode looks for a free port first. */
export const firstPort = 7460;
const portsTried = 40;

export interface BrowserDoorOptions {
  /** Directory of the built page. */
  readonly pages: string;
  /** Port that must be used, or null for the first free one. */
  readonly port: number | null;
  /** Given by who restarts the engine, so that open pages stay valid; else a new one. */
  readonly token?: string | undefined;
}

export interface BrowserDoor {
  /** With the token in the fragment, which browsers never send to a server. */
  readonly url: string;
  close(): Promise<void>;
}

/** The port that was got, or null when it is taken. */
function tryPort(server: Server, port: number): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException): void => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(null);
      else reject(error);
    };
    server.once('error', onError);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', onError);
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : port);
    });
  });
}

async function listen(server: Server, wanted: number | null): Promise<number> {
  const candidates =
    wanted === null ? [...Array.from({ length: portsTried }, (_, i) => firstPort + i), 0] : [wanted];
  for (const candidate of candidates) {
    const port = await tryPort(server, candidate);
    if (port !== null) return port;
  }
  throw new UsageError(
    `Port ${wanted} cannot be used: another program has it, or it is reserved. Choose another with --port, or leave --port out.`,
  );
}

/** Opens browser mode: the page and its sockets on 127.0.0.1. Throws UsageError when the port cannot be had. */
export async function openBrowserDoor(options: BrowserDoorOptions, takers: WireTakers): Promise<BrowserDoor> {
  const token = options.token ?? newToken();
  const server = createServer({ headersTimeout: 10_000, requestTimeout: 30_000 });
  const port = await listen(server, options.port);
  const admit = admitHost(port);
  const pages = staticFiles(options.pages, { sockets: localNames(port).map((name) => `ws://${name}`) });
  server.on('request', (request, response) => {
    const refusal = admit(request);
    if (refusal) refuse(response, refusal.status, refusal.sentence);
    else pages(request, response).catch(() => response.destroy());
  });
  const closeSockets = serveSockets(server, admitSocket(port, token), takers);
  return {
    url: `http://127.0.0.1:${port}/#token=${token}`,
    close: () =>
      new Promise((resolve) => {
        closeSockets();
        server.close(() => resolve());
        server.closeIdleConnections();
      }),
  };
}
