import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Attachment } from '../../../../renderer/client/lasting-channel.ts';
import { LastingChannel } from '../../../../renderer/client/lasting-channel.ts';
import { channelOn, type ChannelEnds } from '../../../../renderer/client/raw-channel.ts';

/** A lasting channel whose tries the test answers. */
function lasting() {
  const tries: { readonly open: () => ChannelEnds; readonly fail: (why: string) => void }[] = [];
  const said: Attachment[] = [];
  const late: unknown[] = [];
  const line = new LastingChannel({
    open: () =>
      new Promise((resolve, reject) =>
        tries.push({
          open() {
            const ends = channelOn({ post: () => undefined, close: () => undefined });
            resolve(ends.channel);
            return ends;
          },
          fail: (why) => reject(new Error(why)),
        }),
      ),
    attach: () => undefined,
    late: (channel) => late.push(channel),
    status: (status) => said.push(status),
    lost: 'Lost.',
  });
  return { line, tries, said, late };
}

const settled = () => vi.advanceTimersByTimeAsync(0);

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it('waits longer from try to try, and short again once it has worked', async () => {
  const { line, tries, said } = lasting();
  for (const retryMs of [250, 500, 1000, 2000, 5000, 5000]) {
    tries.at(-1)?.fail('No.');
    await settled();
    expect(said.at(-1)).toEqual({ kind: 'waiting', detail: 'No.', retryMs });
    await vi.advanceTimersByTimeAsync(retryMs);
  }
  const ends = tries.at(-1)?.open();
  await settled();
  expect(line.channel).toBe(ends?.channel);
  line.settled();
  ends?.ended();
  expect([line.channel, said.at(-1)]).toEqual([null, { kind: 'waiting', detail: 'Lost.', retryMs: 250 }]);
  line.close();
});

it('connects at once when told, and the channel there was is closed without a word', async () => {
  const { line, tries, said } = lasting();
  const first = tries[0]?.open();
  await settled();
  const closed = vi.fn();
  first?.channel.onClose(closed);
  line.again();
  expect(closed).toHaveBeenCalledOnce();
  expect(said.map(({ kind }) => kind)).toEqual(['connecting', 'connecting']);
  const second = tries[1]?.open();
  await settled();
  expect(line.channel).toBe(second?.channel);
  line.close();
});

it('throws away what comes late, and tries no more when it is closed', async () => {
  const { line, tries, said, late } = lasting();
  line.again();
  const old = tries[0]?.open();
  tries[1]?.fail('No.');
  await settled();
  expect(late).toEqual([old?.channel]);
  expect(line.channel).toBeNull();
  line.close();
  await vi.advanceTimersByTimeAsync(60_000);
  line.again();
  expect([tries.length, said.at(-1)?.kind]).toEqual([2, 'waiting']);
});
