import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Asker } from '../../../../renderer/feature/live/asker.ts';

interface Question {
  readonly signal: AbortSignal;
  readonly answer: (text: string) => void;
  readonly fail: (error: Error) => void;
}

/** An asker whose questions the test answers; `heard` is what came of them. */
function asked() {
  const questions: Question[] = [];
  const heard: string[] = [];
  const asker = new Asker<string>({
    everyMs: 2000,
    wanted: () => true,
    load: (signal) => new Promise((answer, fail) => questions.push({ signal, answer, fail })),
    answered: (answer) => heard.push(answer),
    failed: (thrown) => heard.push(String(thrown)),
  });
  void asker.refresh();
  return { questions, heard, asker };
}

const settled = () => vi.advanceTimersByTimeAsync(0);

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe('what is asked again and again', () => {
  it('is answered however often it is wanted anew meanwhile, and then asked once more', async () => {
    const { questions, heard, asker } = asked();
    for (let times = 0; times < 5; times += 1) void asker.refresh();
    expect(questions).toHaveLength(1);
    questions[0]?.answer('one');
    await settled();
    expect(heard).toEqual(['one']);
    questions[1]?.answer('two');
    await settled();
    expect([heard, questions.length]).toEqual([['one', 'two'], 2]);
    expect(questions.map(({ signal }) => signal.aborted)).toEqual([false, false]);
    asker.end();
  });

  it('rests longer where the answer took long', async () => {
    const { questions, heard, asker } = asked();
    await vi.advanceTimersByTimeAsync(3000);
    questions[0]?.fail(new Error('slow'));
    await vi.advanceTimersByTimeAsync(5900);
    expect([heard, questions.length]).toEqual([['Error: slow'], 1]);
    await vi.advanceTimersByTimeAsync(200);
    expect(questions).toHaveLength(2);
    asker.end();
  });

  it('is not heard when it was abandoned, and asked anew when wanted', async () => {
    const { questions, heard, asker } = asked();
    void asker.refresh();
    asker.abandon();
    void asker.refresh();
    expect(questions.map(({ signal }) => signal.aborted)).toEqual([true, false]);
    questions[0]?.answer('old');
    questions[1]?.answer('new');
    await settled();
    expect(heard).toEqual(['new']);
    asker.end();
  });

  it('ends with who asked', async () => {
    const { questions, heard, asker } = asked();
    void asker.refresh();
    asker.end();
    questions[0]?.answer('late');
    await vi.advanceTimersByTimeAsync(60_000);
    expect([questions.length, heard]).toEqual([1, []]);
  });
});
