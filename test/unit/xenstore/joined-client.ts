import { type ByteStream, WireClient, type XenStore } from '../../../engine/xenstore/index.ts';

/** A client joined to a store in memory, each delivery in a turn of its own. */
export function joined(store: XenStore): WireClient {
  let receive: (bytes: Uint8Array) => void = () => undefined;
  let lose: (error?: Error) => void = () => undefined;
  const connection = store.connectSocket({
    write: (bytes) => {
      queueMicrotask(() => receive(bytes));
      return true;
    },
    resume: () => undefined,
    end: () => lose(),
  });
  const stream: ByteStream = {
    write: (bytes) => queueMicrotask(() => connection.feed(bytes)),
    onData: (listener) => (receive = listener),
    onClose: (listener) => (lose = listener),
    close: () => connection.close(),
  };
  return new WireClient(stream);
}
