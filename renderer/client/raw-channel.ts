import { decodeFrame, encodeFrame, type Frame } from '../../engine/api/channel.ts';

/** A raw byte channel to the engine (frames of the contract's `channel.ts`). */
export interface RawChannel {
  /** Hears every frame from now on; frames that came before the first listener are delivered to it first. */
  onFrame(listener: (frame: Frame) => void): void;
  /** Does nothing once the channel is closed. */
  send(frame: Frame): void;
  /** Hears the end of the channel, also when this side closes it; at once when it has ended already. */
  onClose(listener: () => void): void;
  /** Idempotent. */
  close(): void;
}

/** What a channel travels on: a message port or a WebSocket. */
export interface MessageLine {
  post(message: Uint8Array): void;
  close(): void;
}

/** Frames kept for a first listener; a sender has no credit before, so only a few events can come. */
const maxEarlyFrames = 64;

/** Both halves of a channel: `channel` for its user, `receive` and `ended` for the line it travels on. */
export interface ChannelEnds {
  readonly channel: RawChannel;
  receive(message: unknown): void;
  ended(): void;
}

function asBytes(message: unknown): Uint8Array | null {
  if (message instanceof Uint8Array) return message;
  return message instanceof ArrayBuffer ? new Uint8Array(message) : null;
}

/** Makes a channel on a line. A message that is no well-formed frame closes it: nothing after it could be trusted. */
export function channelOn(line: MessageLine): ChannelEnds {
  const frameListeners: ((frame: Frame) => void)[] = [];
  const closeListeners: (() => void)[] = [];
  const early: Frame[] = [];
  let open = true;

  const ended = (): void => {
    if (!open) return;
    open = false;
    for (const listener of closeListeners) listener();
  };
  const close = (): void => {
    if (!open) return;
    line.close();
    ended();
  };
  const receive = (message: unknown): void => {
    if (!open) return;
    const bytes = asBytes(message);
    const frame = bytes && decodeFrame(bytes);
    if (!frame) return close();
    if (frameListeners.length > 0) for (const listener of frameListeners) listener(frame);
    else if (early.length < maxEarlyFrames) early.push(frame);
    else close();
  };
  const channel: RawChannel = {
    onFrame(listener) {
      frameListeners.push(listener);
      for (const frame of early.splice(0)) listener(frame);
    },
    send(frame) {
      if (open) line.post(encodeFrame(frame));
    },
    onClose(listener) {
      if (open) closeListeners.push(listener);
      else listener();
    },
    close,
  };
  return { channel, receive, ended };
}
