import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../engine/lib/clock.ts';
import { Tickets } from '../../../engine/service/tickets.ts';

function thing(name: string) {
  const value = { name, closed: false, close: () => void (value.closed = true) };
  return value;
}

describe('Tickets', () => {
  it('are good once', () => {
    const tickets = new Tickets(new ManualClock());
    const value = thing('a');
    const ticket = tickets.issue(value);
    expect(tickets.redeem(ticket)).toBe(value);
    expect(tickets.redeem(ticket)).toBeUndefined();
    expect(value.closed).toBe(false);
  });

  it('are 256 random bits', () => {
    const tickets = new Tickets(new ManualClock());
    const made = new Set(Array.from({ length: 50 }, () => tickets.issue(thing('x'))));
    expect(made.size).toBe(50);
    for (const ticket of made) expect(Buffer.from(ticket, 'base64url')).toHaveLength(32);
  });

  it('expire after 30 s, and what they stood for is closed', () => {
    const clock = new ManualClock();
    const tickets = new Tickets(clock);
    const value = thing('a');
    const ticket = tickets.issue(value);
    clock.advance(29_999);
    expect(value.closed).toBe(false);
    clock.advance(1);
    expect(value.closed).toBe(true);
    expect(tickets.redeem(ticket)).toBeUndefined();
  });

  it('make room for new ones by voiding the oldest', () => {
    const tickets = new Tickets(new ManualClock(), 2);
    const [a, b, c] = [thing('a'), thing('b'), thing('c')];
    const first = tickets.issue(a);
    const second = tickets.issue(b);
    tickets.issue(c);
    expect(a.closed).toBe(true);
    expect(tickets.redeem(first)).toBeUndefined();
    expect(tickets.redeem(second)).toBe(b);
  });

  it('are all void after dispose', () => {
    const tickets = new Tickets(new ManualClock());
    const value = thing('a');
    const ticket = tickets.issue(value);
    tickets.dispose();
    expect(value.closed).toBe(true);
    expect(tickets.redeem(ticket)).toBeUndefined();
  });
});
