import { describe, expect, it, vi } from 'vitest';
import type { StateChanges, StateCursor, StateSnapshot } from '../../../../engine/api/state.ts';
import { followState, type StateCalls } from '../../../../renderer/client/sync.ts';

const at = (seq: number): StateCursor => ({ epoch: 'e', seq });
const none = (seq: number): StateChanges => ({ resync: false, cursor: at(seq), changed: [], removed: [] });

/** Answers calls from a script; when it is used up, ends the following. */
function scripted(answers: (StateSnapshot | StateChanges | Error)[]) {
  const asked: string[] = [];
  const end = new AbortController();
  const next = async <T>(what: string): Promise<T> => {
    asked.push(what);
    const answer = answers.shift();
    if (answer === undefined) {
      end.abort();
      return none(0) as T;
    }
    if (answer instanceof Error) throw answer;
    return answer as T;
  };
  const state = {
    snapshot: () => next('snapshot'),
    changes: (cursor: StateCursor) => next(`changes ${cursor.seq}`),
  } as unknown as StateCalls;
  const sink = { replace: vi.fn(), apply: vi.fn() };
  return { asked, sink, run: () => followState(state, sink, end.signal) };
}

describe('following the engine’s state', () => {
  it('asks for changes from where it is', async () => {
    const { asked, sink, run } = scripted([{ cursor: at(5), objects: [] }, none(6), none(9)]);
    await run();
    expect(asked).toEqual(['snapshot', 'changes 5', 'changes 6', 'changes 9']);
    expect(sink.apply).toHaveBeenCalledTimes(2);
  });

  it('takes a new snapshot when told to', async () => {
    const { asked, sink, run } = scripted([
      { cursor: at(5), objects: [] },
      { resync: true },
      { cursor: at(50), objects: [] },
      none(51),
    ]);
    await run();
    expect(asked).toEqual(['snapshot', 'changes 5', 'snapshot', 'changes 50', 'changes 51']);
    expect(sink.replace).toHaveBeenCalledTimes(2);
  });

  it('rejects when a call fails, so that the line is given up', async () => {
    const { run } = scripted([{ cursor: at(5), objects: [] }, new Error('lost')]);
    await expect(run()).rejects.toThrow('lost');
  });
});
