import { randomBytes } from 'node:crypto';
import { type CancelTimer, type Clock, systemClock } from '../lib/clock.ts';

/** What a ticket stands for: something open that must be closed when nobody comes for it. */
export interface Redeemable {
  close(): void;
}

/** How long a ticket is good for, in ms. */
export const ticketLifeMs = 30_000;

/** One-time tickets to raw channels: 256 random bits each, valid once, for 30 s, at most `capacity` at a time. */
export class Tickets<T extends Redeemable> {
  readonly #clock: Clock;
  readonly #capacity: number;
  readonly #open = new Map<string, { value: T; cancel: CancelTimer }>();

  constructor(clock: Clock = systemClock, capacity = 256) {
    this.#clock = clock;
    this.#capacity = capacity;
  }

  /** With no room the oldest ticket is void: somebody asks for tickets and never uses them. */
  issue(value: T): string {
    const [oldest] = this.#open.keys();
    if (this.#open.size >= this.#capacity && oldest !== undefined) this.#void(oldest);
    const ticket = randomBytes(32).toString('base64url');
    this.#open.set(ticket, { value, cancel: this.#clock.after(ticketLifeMs, () => this.#void(ticket)) });
    return ticket;
  }

  /** What the ticket stands for; undefined when it is unknown, used or too old. The caller now owns it. */
  redeem(ticket: string): T | undefined {
    const entry = this.#open.get(ticket);
    if (!entry) return undefined;
    this.#open.delete(ticket);
    entry.cancel();
    return entry.value;
  }

  /** Voids all tickets. */
  dispose(): void {
    for (const ticket of [...this.#open.keys()]) this.#void(ticket);
  }

  #void(ticket: string): void {
    this.redeem(ticket)?.close();
  }
}
