import { maxDataBytes } from '../../../engine/api/channel.ts';
import type { RawChannel } from '../../client/raw-channel.ts';

/** Bytes of pictures on their way to the window at any time. */
const windowBytes = 1024 * 1024;

/** The members of a WebSocket that noVNC uses. */
export interface RfbTransport {
  binaryType: string;
  protocol: string;
  readyState: string;
  onopen: (() => void) | null;
  onmessage: ((event: { data: ArrayBuffer }) => void) | null;
  onclose: ((event: { code: number; reason: string; wasClean: boolean }) => void) | null;
  onerror: ((event: unknown) => void) | null;
  send(data: ArrayBufferView | ArrayBuffer): void;
  close(): void;
}

/** What else comes over the channel beside the RFB stream. */
export interface TransportListeners {
  onEvent(event: 'attached' | 'ended' | 'restarted', detail: string): void;
}

/**
 * A raw channel as noVNC wants it: with a WebSocket's members. Credit goes back once noVNC has taken the bytes; how fast
 * pictures come is decided by its update requests.
 */
export function rfbTransport(channel: RawChannel, listeners: TransportListeners): RfbTransport {
  const transport: RfbTransport = {
    binaryType: 'arraybuffer',
    protocol: '',
    readyState: 'open',
    onopen: null,
    onmessage: null,
    onclose: null,
    onerror: null,
    send(data) {
      const bytes = ArrayBuffer.isView(data)
        ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
        : new Uint8Array(data);
      for (let at = 0; at < bytes.length; at += maxDataBytes)
        channel.send({ type: 'data', bytes: bytes.slice(at, at + maxDataBytes) });
    },
    close() {
      transport.readyState = 'closing';
      channel.close();
    },
  };
  channel.onClose(() => {
    transport.readyState = 'closed';
    transport.onclose?.({ code: 1000, reason: '', wasClean: true });
  });
  channel.onFrame((frame) => {
    if (frame.type === 'event') listeners.onEvent(frame.event.event, frame.event.detail);
    if (frame.type !== 'data') return;
    transport.onmessage?.({ data: frame.bytes.slice().buffer });
    channel.send({ type: 'credit', bytes: frame.bytes.length });
  });
  return transport;
}

/** Lets the stream begin; call it when noVNC listens. */
export const beginStream = (channel: RawChannel): void =>
  channel.send({ type: 'credit', bytes: windowBytes });
