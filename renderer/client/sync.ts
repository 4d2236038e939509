import type { StateChanges, StateCursor, StateSnapshot } from '../../engine/api/state.ts';
import type { EngineClient } from './engine.ts';

/** Who keeps the state: replaces all of it, or applies what has changed. */
export interface StateSink {
  replace(snapshot: StateSnapshot): void;
  apply(changes: Extract<StateChanges, { resync: false }>): void;
}

export type StateCalls = Pick<EngineClient['state'], 'snapshot' | 'changes'>;

/**
 * Follows the engine's state until `signal` is aborted: a snapshot, then changes after changes; a new snapshot whenever
 * the engine says that the cursor is of no use to it any more. Rejects when a call fails.
 */
export async function followState(state: StateCalls, sink: StateSink, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const snapshot = await state.snapshot(undefined, { signal });
    if (signal.aborted) return;
    sink.replace(snapshot);
    await followChanges(state, snapshot.cursor, sink, signal);
  }
}

async function followChanges(
  state: StateCalls,
  from: StateCursor,
  sink: StateSink,
  signal: AbortSignal,
): Promise<void> {
  let cursor = from;
  while (!signal.aborted) {
    const changes = await state.changes(cursor, { signal });
    if (changes.resync || signal.aborted) return;
    cursor = changes.cursor;
    sink.apply(changes);
  }
}
