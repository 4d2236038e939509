import { RPCLink } from '@orpc/client/websocket';
import { channelOn, type RawChannel } from './raw-channel.ts';
import { HopelessError, openTimeoutMs, type ControlLine, type Transport } from './transport.ts';

/** Where the page's own server listens, and the token it wants to see. */
export interface WebTarget {
  /** Same origin, `ws:` or `wss:`, no trailing slash. */
  readonly origin: string;
  readonly token: string | null;
}

/** WebSocket address of the page's own server. */
export function webOrigin(location: Pick<Location, 'protocol' | 'host'>): string {
  return `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}`;
}

function openSocket(target: WebTarget, path: string, signal?: AbortSignal): Promise<WebSocket> {
  if (!target.token)
    throw new HopelessError(
      'This page was opened without its token. Open the address that Domus printed when it started.',
    );
  const socket = new WebSocket(`${target.origin}${path}`, `domus.${target.token}`);
  socket.binaryType = 'arraybuffer';
  return new Promise((resolve, reject) => {
    const settle = (error?: Error): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      socket.onopen = socket.onclose = null;
      if (!error) return resolve(socket);
      socket.close();
      reject(error);
    };
    const onAbort = (): void => settle(new Error('The connection attempt was given up.'));
    const timer = setTimeout(() => settle(new Error('The engine did not answer in time.')), openTimeoutMs);
    socket.onopen = () => settle();
    socket.onclose = () => settle(new Error('The engine cannot be reached.'));
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

/** Browser mode: the same server that served the page. */
export function webTransport(target: WebTarget): Transport {
  return {
    async connect(signal): Promise<ControlLine> {
      const socket = await openSocket(target, '/rpc', signal);
      let closing = false;
      return {
        link: new RPCLink({ websocket: socket }),
        onLost: (listener) =>
          socket.addEventListener('close', () => {
            if (!closing) listener();
          }),
        close() {
          closing = true;
          socket.close();
        },
      };
    },
    async openChannel(ticket): Promise<RawChannel> {
      const socket = await openSocket(target, `/channel/${encodeURIComponent(ticket)}`);
      const ends = channelOn({ post: (bytes) => socket.send(bytes.slice()), close: () => socket.close() });
      socket.onmessage = (event: MessageEvent<unknown>) => ends.receive(event.data);
      socket.onclose = () => ends.ended();
      return ends.channel;
    },
  };
}
