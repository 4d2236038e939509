import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  Connection,
  retryDelayMs,
  retryDelaysMs,
  type ConnectionStatus,
} from '../../../../renderer/client/connection.ts';
import { HopelessError, type ControlLine, type Transport } from '../../../../renderer/client/transport.ts';

/** A transport whose attempts end as the script says; lines can be lost on demand. */
function scripted(outcomes: ('up' | Error)[]) {
  const lines: { lose(): void; closed: boolean }[] = [];
  const connect = async (): Promise<ControlLine> => {
    const outcome = outcomes.shift() ?? 'up';
    if (outcome !== 'up') throw outcome;
    let lost = (): void => undefined;
    const state = { lose: () => lost(), closed: false };
    lines.push(state);
    return {
      link: { call: () => Promise.reject(new Error('not used')) },
      onLost: (listener) => (lost = listener),
      close: () => (state.closed = true),
    };
  };
  const transport: Transport = { connect, openChannel: () => Promise.reject(new Error('not used')) };
  return { transport, lines };
}

function start(outcomes: ('up' | Error)[]) {
  const { transport, lines } = scripted(outcomes);
  const statuses: ConnectionStatus[] = [];
  const losses: AbortSignal[] = [];
  const connection = new Connection({
    transport,
    onStatus: (status) => void statuses.push(status),
    onLine: (_line, lost) => void losses.push(lost),
  });
  connection.start();
  return { connection, statuses, lines, losses, kinds: () => statuses.map(({ kind }) => kind) };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());
const settle = () => vi.advanceTimersByTimeAsync(0);

describe('the pause before another attempt', () => {
  it('grows from soon to never rarer than every 10 s', () => {
    const delays = Array.from({ length: 12 }, (_, attempt) => retryDelayMs(attempt));
    expect(delays[0]).toBe(retryDelaysMs[0]);
    expect(delays).toEqual([...delays].sort((a, b) => a - b));
    expect(delays.at(-1)).toBe(10_000);
  });
});

describe('the connection to the engine', () => {
  it('comes up and hands its line over', async () => {
    const { kinds, losses, connection } = start(['up']);
    await settle();
    expect(kinds()).toEqual(['connecting', 'online']);
    expect(losses).toHaveLength(1);
    expect(connection.line).not.toBeNull();
  });

  it('tries again after a failed attempt and says when and why', async () => {
    const { statuses, kinds } = start([new Error('The engine cannot be reached.'), 'up']);
    await settle();
    expect(statuses.at(-1)).toEqual({
      kind: 'waiting',
      attempt: 1,
      retryAt: Date.now() + retryDelayMs(0),
      reason: 'The engine cannot be reached.',
    });
    await vi.advanceTimersByTimeAsync(retryDelayMs(0));
    expect(kinds()).toEqual(['connecting', 'waiting', 'connecting', 'online']);
  });

  it('gives calls up when the line is lost, and opens another', async () => {
    const { lines, losses, kinds, connection } = start(['up', 'up']);
    await settle();
    lines[0]?.lose();
    expect(losses[0]?.aborted).toBe(true);
    expect(connection.line).toBeNull();
    await vi.advanceTimersByTimeAsync(retryDelayMs(0));
    expect(kinds()).toEqual(['connecting', 'online', 'waiting', 'connecting', 'online']);
  });

  it('waits longer each time a line does not prove to work, and short again once it did', async () => {
    const { lines, statuses, connection } = start([]);
    const wait = (): number => {
      const last = statuses.at(-1);
      return last?.kind === 'waiting' ? last.retryAt - Date.now() : -1;
    };
    await settle();
    lines[0]?.lose();
    expect(wait()).toBe(retryDelayMs(0));
    await vi.advanceTimersByTimeAsync(wait());
    lines[1]?.lose();
    expect(wait()).toBe(retryDelayMs(1));
    await vi.advanceTimersByTimeAsync(wait());
    connection.proven();
    lines[2]?.lose();
    expect(wait()).toBe(retryDelayMs(0));
  });

  it('skips the rest of a pause when asked to', async () => {
    const { connection, kinds } = start([new Error('no'), 'up']);
    await settle();
    connection.retryNow();
    await settle();
    expect(kinds().at(-1)).toBe('online');
  });

  it('closes a line that is given up', async () => {
    const { connection, lines, statuses } = start(['up', 'up']);
    await settle();
    connection.restart('The engine was restarted.');
    expect(lines[0]?.closed).toBe(true);
    expect(statuses.at(-1)).toMatchObject({ kind: 'waiting', reason: 'The engine was restarted.' });
  });

  it('does not try again when that could not help', async () => {
    const { statuses } = start([new HopelessError('No token.')]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(statuses.at(-1)).toEqual({ kind: 'refused', reason: 'No token.' });
  });

  it('rests after close', async () => {
    const { connection, lines, kinds } = start(['up']);
    await settle();
    connection.close();
    lines[0]?.lose();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(lines[0]?.closed).toBe(true);
    expect(kinds()).toEqual(['connecting', 'online']);
  });
});
