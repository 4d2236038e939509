import { PassThrough } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { ManualClock } from '../../../../engine/lib/clock.ts';
import type { Session } from '../../../../engine/host/xen/link/session.ts';
import type { XenDomains } from '../../../../engine/host/xen/model/domains.ts';
import type { Refresher } from '../../../../engine/host/xen/watch/refresher.ts';
import { HostWatcher } from '../../../../engine/host/xen/watch/watcher.ts';

/** A watched host: its events are written to `events`; `readings` are the times in ms at which it was read again. */
async function watched() {
  const clock = new ManualClock();
  const [stdin, stdout, events] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const process = {
    stdin,
    stdout,
    stderr: events,
    ended: new Promise(() => undefined),
    kill: () => undefined,
  };
  const readings: number[] = [];
  const nowMs = (): number => clock.monotonicNs() / 1e6;
  const refresher = {
    last: { endedNs: -Infinity, tookMs: 0 },
    incomplete: false,
    stale: () => undefined,
    request() {
      readings.push(nowMs());
      refresher.last = { endedNs: clock.monotonicNs(), tookMs: 0 };
    },
  };
  const watcher = new HostWatcher({
    clock,
    domains: { all: [], byDomid: () => undefined, figures: () => false } as unknown as XenDomains,
    refresher: refresher as unknown as Refresher,
    onRound: () => undefined,
    onBroken: () => undefined,
  });
  await watcher.open({ shell: { open: () => Promise.resolve(process) } } as unknown as Session);
  return {
    readings,
    async event(path: string, thenMs: number) {
      events.write(`${path}\n`);
      await turn();
      clock.advance(thenMs);
    },
    close: () => watcher.close(),
    clock,
  };
}

it('a guest that takes its vCPU only later is seen all the same', async () => {
  const host = await watched();
  await host.event('/local/domain/7/cpu/1/availability', 4000);
  expect(host.readings).toEqual([50, 550, 2050]);
  host.close();
  host.clock.advance(60_000);
  expect(host.readings).toHaveLength(3);
});

it('anything else is read once', async () => {
  const host = await watched();
  await host.event('/local/domain/7/name', 4000);
  expect(host.readings).toEqual([50]);
  host.close();
});
