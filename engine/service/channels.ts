import { decodeFrame, encodeFrame, maxCredit, maxDataBytes, type Frame } from '../api/index.ts';
import type { ByteStream } from '../host/host.ts';
import { closeCode, maxBufferedBytes, type Wire } from './transport/wire.ts';

/** Largest console size that is passed on, in characters each way. */
const maxConsoleSize = 1000;

/** A frame that only the engine may send, or one that makes no sense, ends the channel. */
type Verdict = 'ok' | 'violation';

/**
 * Joins a byte stream and a client's channel (frames: see channel.ts of the contract). The stream is closed when the
 * client goes, the client when the stream is done for. Credit the client gives is passed on up to `maxCredit` in total,
 * so that what waits for a client that has stopped reading is bounded too.
 */
export function serveChannel(wire: Wire, stream: ByteStream): void {
  let outstanding = 0;
  let open = true;

  const send = (frame: Frame): void => {
    if (!open) return;
    wire.send(encodeFrame(frame));
    if (wire.bufferedBytes() > maxBufferedBytes) wire.close(closeCode.tooSlow, 'The channel is not read.');
  };
  const giveCredit = (bytes: number): Verdict => {
    const counted = Math.min(bytes, maxCredit - outstanding);
    outstanding += counted;
    if (counted > 0) stream.credit(counted);
    return 'ok';
  };
  const resize = (columns: number, rows: number): Verdict => {
    if (columns < 1 || rows < 1 || columns > maxConsoleSize || rows > maxConsoleSize) return 'violation';
    stream.resize(columns, rows);
    return 'ok';
  };
  const handle = (frame: Frame | null): Verdict => {
    switch (frame?.type) {
      case 'data':
        stream.write(frame.bytes);
        return 'ok';
      case 'credit':
        return giveCredit(frame.bytes);
      case 'resize':
        return resize(frame.columns, frame.rows);
      default:
        return 'violation';
    }
  };

  stream.onData((bytes) => {
    outstanding = Math.max(0, outstanding - bytes.length);
    for (let at = 0; at < bytes.length; at += maxDataBytes) {
      send({ type: 'data', bytes: bytes.subarray(at, at + maxDataBytes) });
    }
  });
  stream.onCredit?.((bytes) => send({ type: 'credit', bytes }));
  stream.onGap((bytes) => send({ type: 'gap', bytes }));
  stream.onEvent((event, detail) => send({ type: 'event', event: { event, detail } }));
  wire.onClose(() => {
    open = false;
    stream.close();
  });
  wire.onMessage((message) => {
    const frame = message instanceof Uint8Array ? decodeFrame(message) : null;
    if (open && handle(frame) === 'violation') wire.close(closeCode.violation, 'Malformed channel frame.');
  });
}
