import { RPCLink } from '@orpc/client/message-port';
import type { DomusBridge, PortMessage } from '../../preload/api.ts';
import { channelOn, type RawChannel } from './raw-channel.ts';
import { openTimeoutMs, type ControlLine, type Transport } from './transport.ts';

function isPortMessage(data: unknown): data is PortMessage {
  return typeof data === 'object' && data !== null && (data as PortMessage).type === 'domus:port';
}

/**
 * Asks the shell for a port and takes it: only from this very window, only with the nonce made for this request, only
 * when there is exactly one port.
 */
async function requestPort(
  request: (nonce: string) => Promise<void>,
  signal?: AbortSignal,
): Promise<MessagePort> {
  const nonce = crypto.randomUUID();
  const given = new AbortController();
  const arrived = new Promise<MessagePort>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('The engine did not answer in time.')), openTimeoutMs);
    given.signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
    signal?.addEventListener('abort', () => reject(new Error('The connection attempt was given up.')), {
      signal: given.signal,
    });
    window.addEventListener(
      'message',
      (event: MessageEvent<unknown>) => {
        const [port] = event.ports;
        if (event.source !== window || !isPortMessage(event.data) || event.data.nonce !== nonce) return;
        if (port && event.ports.length === 1) resolve(port);
      },
      { signal: given.signal },
    );
  });
  try {
    const [port] = await Promise.all([arrived, request(nonce)]);
    return port;
  } finally {
    given.abort();
  }
}

/** Inside the desktop shell: ports that its main process hands over. */
export function desktopTransport(bridge: DomusBridge): Transport {
  return {
    async connect(signal): Promise<ControlLine> {
      const port = await requestPort((nonce) => bridge.connect(nonce), signal);
      const link = new RPCLink({ port });
      port.start();
      return {
        link,
        // A port's own close() raises no event on its own side, so there is nothing to tell apart.
        onLost: (listener) => port.addEventListener('close', () => listener(), { once: true }),
        close: () => port.close(),
      };
    },
    async openChannel(ticket): Promise<RawChannel> {
      const port = await requestPort((nonce) => bridge.openChannel(nonce, ticket));
      const ends = channelOn({ post: (bytes) => port.postMessage(bytes), close: () => port.close() });
      port.addEventListener('message', (event: MessageEvent<unknown>) => ends.receive(event.data));
      port.addEventListener('close', () => ends.ended());
      port.start();
      return ends.channel;
    },
  };
}
