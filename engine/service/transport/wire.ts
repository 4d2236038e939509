/**
 * Wire: one client's connection, whatever carries it. Messages arrive whole and in order. Text messages carry RPC, binary
 * ones the frames of a raw channel.
 */
export interface Wire {
  send(message: string | Uint8Array): void;
  /** Ends the connection. `reason` (at most 120 characters) reaches the client where the transport has a place for it. */
  close(code: CloseCode, reason: string): void;
  /** `null` stands for a message that is neither text nor bytes. One listener; what came before it is kept for it. */
  onMessage(listener: (message: string | Uint8Array | null) => void): void;
  /** Called once, also after `close`. At once when the connection is already gone. */
  onClose(listener: () => void): void;
  /** Bytes that were sent and have not left this process; 0 where the transport cannot tell. */
  bufferedBytes(): number;
}

/** Close codes, as WebSocket has them (RFC 6455 §7.4). */
export const closeCode = {
  normal: 1000,
  goingAway: 1001,
  /** The client broke a rule of the protocol or a limit. */
  violation: 1008,
  tooSlow: 1013,
} as const;
export type CloseCode = (typeof closeCode)[keyof typeof closeCode];

/** A connection whose reader leaves more than this unread is cut, in bytes. */
export const maxBufferedBytes = 16 * 1024 * 1024;
