/**
 * Raw channels: consoles and other byte streams beside the RPC. A client asks over RPC for a channel and gets a ticket
 * (random, valid once, for 30 s); it then opens the channel with it: over WebSocket at `/channel/TICKET`, over message
 * ports by a port of its own. Every message is one binary frame: a type byte, then the payload.
 *
 * Flow control is by credit: the engine sends at most as many data bytes as it was given credit for; it starts with
 * none. A reader that stops giving credit stops its own stream and nobody else's. Of bytes for a guest the engine takes what
 * it can; where a client sends a whole stream (a domain that is received) it needs the engine's credit in the same way.
 */
export const frame = {
  /** Both ways: bytes of the stream. At most `maxDataBytes`. */
  data: 0,
  /** u32 LE, further bytes the sender of this frame is ready for. The engine sends it on channels that take a whole stream. */
  credit: 1,
  /** Client → engine: u16 LE columns, u16 LE rows. */
  resize: 2,
  /** Engine → client: u32 LE, bytes that were lost because the reader was too far behind the scrollback. */
  gap: 3,
  /** Engine → client: UTF-8 JSON `{ "event": "attached" | "ended" | "restarted", "detail": string }`. */
  event: 4,
} as const;

export type FrameType = (typeof frame)[keyof typeof frame];

/** Largest payload of a data frame in either direction. */
export const maxDataBytes = 16 * 1024;
/** Credit above this is not counted. */
export const maxCredit = 4 * 1024 * 1024;

export type ChannelEvent = { event: 'attached' | 'ended' | 'restarted'; detail: string };

export type Frame =
  | { type: 'data'; bytes: Uint8Array }
  | { type: 'credit'; bytes: number }
  | { type: 'resize'; columns: number; rows: number }
  | { type: 'gap'; bytes: number }
  | { type: 'event'; event: ChannelEvent };

/** Encodes one frame. `bytes` of a data frame longer than `maxDataBytes` throws RangeError. */
export function encodeFrame(value: Frame): Uint8Array {
  switch (value.type) {
    case 'data': {
      if (value.bytes.length > maxDataBytes) throw new RangeError('data frame too large');
      const out = new Uint8Array(1 + value.bytes.length);
      out[0] = frame.data;
      out.set(value.bytes, 1);
      return out;
    }
    case 'credit':
    case 'gap': {
      const out = new Uint8Array(5);
      out[0] = frame[value.type];
      new DataView(out.buffer).setUint32(1, Math.min(value.bytes, 0xffffffff), true);
      return out;
    }
    case 'resize': {
      const out = new Uint8Array(5);
      out[0] = frame.resize;
      const view = new DataView(out.buffer);
      view.setUint16(1, value.columns, true);
      view.setUint16(3, value.rows, true);
      return out;
    }
    case 'event': {
      const text = new TextEncoder().encode(JSON.stringify(value.event));
      const out = new Uint8Array(1 + text.length);
      out[0] = frame.event;
      out.set(text, 1);
      return out;
    }
  }
}

const channelEvents: readonly string[] = ['attached', 'ended', 'restarted'];

function decodeEvent(payload: Uint8Array): Frame | null {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(payload));
    if (typeof value !== 'object' || value === null) return null;
    const { event, detail } = value as Record<string, unknown>;
    if (typeof event !== 'string' || !channelEvents.includes(event) || typeof detail !== 'string')
      return null;
    return { type: 'event', event: { event: event as ChannelEvent['event'], detail } };
  } catch {
    return null;
  }
}

/** Decodes one message from the other side; null when it is not a well-formed frame (the caller closes the channel). */
export function decodeFrame(message: Uint8Array): Frame | null {
  if (message.length < 1 || message.length > maxDataBytes + 1) return null;
  const payload = message.subarray(1);
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  switch (message[0]) {
    case frame.data:
      return { type: 'data', bytes: payload };
    case frame.credit:
      return payload.length === 4 ? { type: 'credit', bytes: view.getUint32(0, true) } : null;
    case frame.gap:
      return payload.length === 4 ? { type: 'gap', bytes: view.getUint32(0, true) } : null;
    case frame.resize:
      return payload.length === 4
        ? { type: 'resize', columns: view.getUint16(0, true), rows: view.getUint16(2, true) }
        : null;
    case frame.event:
      return decodeEvent(payload);
    default:
      return null;
  }
}
