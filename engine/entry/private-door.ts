import { createServer, type Server } from 'node:http';
import { request as httpRequest } from 'node:http';
import { serveSockets, type WireTakers } from '../service/web/socket-server.ts';
import { refuse } from '../service/web/static-files.ts';

/**
 * What the owner of a state directory answers on its Unix socket, besides the RPC: `POST /browser` opens browser mode (if
 * it is not open already) and answers with its URL. No token: the socket's mode admits the same user only.
 */
export function createPrivateServer(openBrowser: () => Promise<string>): Server {
  const server = createServer({ headersTimeout: 10_000, requestTimeout: 10_000 });
  server.on('request', (request, response) => {
    if (request.method !== 'POST' || request.url !== '/browser') {
      return refuse(response, 404, 'There is nothing here.');
    }
    openBrowser().then(
      (url) => response.writeHead(200, { 'content-type': 'text/plain' }).end(url),
      (error: unknown) => refuse(response, 409, error instanceof Error ? error.message : 'It failed.'),
    );
  });
  return server;
}

/** Lets clients in. Called once the engine can serve them. */
export const openPrivateDoor = (server: Server, takers: WireTakers): (() => void) =>
  serveSockets(server, () => null, takers);

/** Asks the engine that listens on `socket` for the URL of its browser mode. */
export function askForBrowser(socket: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ socketPath: socket, path: '/browser', method: 'POST', timeout: 30_000 });
    request.on('timeout', () => request.destroy(new Error('The running Domus does not answer.')));
    request.on('error', reject);
    request.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text = (text + chunk).slice(0, 2000)));
      response.on('end', () => {
        if (response.statusCode === 200) resolve(text);
        else reject(new Error(text.trim()));
      });
    });
    request.end();
  });
}
