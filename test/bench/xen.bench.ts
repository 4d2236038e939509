/**
 * A real host in the lab: what it costs to look at it, and how soon its changes show. Everything is emulated here, host and
 * guests on one processor: milliseconds are those of a slow computer, bytes are those of any.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { RemoteHost } from '../../engine/host/registry/registry.ts';
import { startRealLab, type RealLab } from '../support/real-lab.ts';
import {
  connectedXenHost,
  waitFor,
  xenHostHarness,
  type XenHostHarness,
} from '../support/xen-host-harness.ts';
import type { Bench, BenchRow } from './row.ts';

const watchedMs = 20_000;
const guests = 5;

const bytesOf = (host: RemoteHost): number => {
  const { sentBytes = 0, receivedBytes = 0 } = host.link?.traffic() ?? {};
  return sentBytes + receivedBytes;
};

/** CPU seconds of dom0 so far, as the hypervisor counts them. */
async function dom0Seconds(lab: RealLab): Promise<number> {
  const list = await lab.dom0('xl list 0');
  return Number(/(\d+\.\d)\s*$/.exec(list)?.[1] ?? 0);
}

/** From "Add host" to the first figures of its domains. */
async function firstFigures(lab: RealLab): Promise<{ ms: number; harness: XenHostHarness }> {
  const begun = performance.now();
  const harness = await xenHostHarness(lab.draft);
  harness.host.link?.connect();
  await waitFor(() => harness.sink.newest !== null, 'figures');
  return { ms: performance.now() - begun, harness };
}

/** What watching a host at rest costs, a second. */
async function atRest(lab: RealLab, count: string): Promise<BenchRow[]> {
  const idleFrom = await dom0Seconds(lab);
  await sleep(watchedMs);
  const idle = (await dom0Seconds(lab)) - idleFrom;
  const harness = await connectedXenHost(lab.draft);
  const { host } = harness;
  await sleep(5000);
  const [bytes, seconds] = [bytesOf(host), await dom0Seconds(lab)];
  await sleep(watchedMs);
  const used = (await dom0Seconds(lab)) - seconds;
  const percent = (cpu: number): number => (cpu / (watchedMs / 1000)) * 100;
  const what = `real host at rest, ${count}`;
  const rows: BenchRow[] = [
    {
      what: `${what}: bytes on the wire a second`,
      value: ((bytesOf(host) - bytes) / watchedMs) * 1000,
      unit: 'B/s',
    },
    {
      what: `${what}: CPU of dom0`,
      value: percent(used),
      unit: '%',
      peer: 'nobody connected',
      peerValue: percent(idle),
    },
  ];
  await harness.close();
  return rows;
}

/** One reading of everything: the list, every configuration, the figures of the host. */
async function reading(lab: RealLab, count: string): Promise<BenchRow[]> {
  const harness = await connectedXenHost(lab.draft);
  const { host } = harness;
  await sleep(3000);
  const before = bytesOf(host);
  const begun = performance.now();
  await host.dom0?.physical();
  const ms = performance.now() - begun;
  const rows: BenchRow[] = [
    { what: `real host, ${count}: one command there and back`, value: ms, unit: 'ms' },
    { what: `real host, ${count}: its bytes`, value: bytesOf(host) - before, unit: 'B' },
  ];
  await harness.close();
  return rows;
}

/** A pause behind our back until it shows here. */
async function eventLatency(lab: RealLab, name: string): Promise<BenchRow> {
  const harness = await connectedXenHost(lab.draft);
  const { host } = harness;
  const state = () => host.domains().find((domain) => domain.name === name)?.state;
  const times: number[] = [];
  for (let turn = 0; turn < 3; turn += 1) {
    await lab.dom0(`xl pause ${name}`);
    const begun = performance.now();
    await waitFor(() => state() === 'paused', 'paused');
    times.push(performance.now() - begun);
    await lab.dom0(`xl unpause ${name}`);
    await waitFor(() => state() !== 'paused', 'unpaused');
  }
  await harness.close();
  const value = times.sort((a, b) => a - b)[1] ?? 0;
  return { what: 'real host: xl pause there → shown here', value, unit: 'ms', goal: '≤ 2000 ms' };
}

async function startGuests(lab: RealLab, from: number, to: number): Promise<void> {
  for (let n = from; n <= to; n += 1) {
    const change = `s/pv1/bench${n}/g; s/memory = .*/memory = 96/; /^disk/d; /^maxmem/d; s/01'*,bridge/${10 + n},bridge/`;
    await lab.dom0(`sed "${change}" /etc/xen/pv1.cfg >/tmp/bench${n}.cfg && xl create -q /tmp/bench${n}.cfg`);
  }
  await sleep(20_000);
}

const bench: Bench = async () => {
  const lab = await startRealLab();
  try {
    const { ms, harness } = await firstFigures(lab);
    await harness.close();
    const rows: BenchRow[] = [{ what: 'Add host → first figures', value: ms, unit: 'ms' }];
    await startGuests(lab, 1, 1);
    rows.push(...(await reading(lab, '1 guest')), ...(await atRest(lab, '1 guest')));
    rows.push(await eventLatency(lab, 'bench1'));
    await startGuests(lab, 2, guests);
    rows.push(...(await reading(lab, '5 guests')), ...(await atRest(lab, '5 guests')));
    return rows;
  } finally {
    await lab.dom0('for n in 1 2 3 4 5; do xl destroy bench$n; done 2>/dev/null; rm -f /tmp/bench*.cfg');
    await lab.dispose();
  }
};

export default bench;
