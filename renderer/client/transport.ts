import type { ClientLink } from '@orpc/client';
import type { RawChannel } from './raw-channel.ts';

/** One live control connection to the engine. */
export interface ControlLine {
  /** Carries the calls of the contract. */
  readonly link: ClientLink<Record<never, never>>;
  /** Calls `listener` once, when the line is gone for whatever reason but `close`. */
  onLost(listener: () => void): void;
  close(): void;
}

/** A way to reach the engine: ports in the desktop shell, WebSockets in a browser. */
export interface Transport {
  /** Opens a control line. Rejects with an Error whose message is a sentence for a person. */
  connect(signal: AbortSignal): Promise<ControlLine>;
  /** Opens the raw channel a ticket stands for. */
  openChannel(ticket: string): Promise<RawChannel>;
}

/** The engine cannot be reached, and trying again would not change that. */
export class HopelessError extends Error {}

/** How long an attempt to open a line or a channel may take before it counts as failed. */
export const openTimeoutMs = 10_000;
