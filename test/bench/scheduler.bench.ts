/**
 * What the scheduler decides, as guests feel it: two busy ones at 256:512 on one pCPU, a cap, an idle neighbour, and what
 * sharing itself costs: work done in the guests for a second of their CPU time, and the engine's own. All of it is CPU time,
 * so a computer that does other things as well changes little.
 */
import { type Console, EngineProcess, median, sleep } from './engine-process.ts';
import type { Bench, BenchRow } from './row.ts';

/** Until V8 has compiled what v86 made of the loop. */
const warmUpMs = 20_000;
/** Until shares have settled. */
const settleMs = 3000;
const windowMs = 3000;
const windows = 5;

/** Prints a dot for each 1000 rounds of the shell, until `.` comes. */
const work = 'while :; do j=0; while [ $j -lt 1000 ]; do j=$((j+1)); done; printf .; done\n';

interface Guest {
  readonly domain: string;
  readonly console: Console;
}

/** CPU time so far in ns, by domain. */
async function cpuTimes(engine: EngineProcess): Promise<Map<string, number>> {
  const rows = await engine.client.dom0.domains({ host: 'local' });
  return new Map(rows.map(({ id, cpuTimeNs }) => [id, cpuTimeNs]));
}

interface Window {
  /** Percent of one CPU that each guest used. */
  readonly percents: readonly number[];
  /** Dots of all guests. */
  readonly dots: number;
  readonly guestSeconds: number;
  /** Percent of one CPU that the engine's main thread used. */
  readonly engine: number;
}

async function oneWindow(engine: EngineProcess, guests: readonly Guest[]): Promise<Window> {
  const look = async () => ({
    atMs: performance.now(),
    dots: guests.reduce((sum, { console }) => sum + console.bytes, 0),
    times: await cpuTimes(engine),
    engineMs: engine.mainThreadMs(),
  });
  const before = await look();
  await sleep(windowMs);
  const after = await look();
  const ms = after.atMs - before.atMs;
  const used = guests.map(
    ({ domain }) => ((after.times.get(domain) ?? 0) - (before.times.get(domain) ?? 0)) / 1e6,
  );
  return {
    percents: used.map((usedMs) => (100 * usedMs) / ms),
    dots: after.dots - before.dots,
    guestSeconds: used.reduce((sum, usedMs) => sum + usedMs, 0) / 1000,
    engine: (100 * (after.engineMs - before.engineMs)) / ms,
  };
}

/** Dots for a second of the guests' CPU time, over all windows. */
function efficiency(found: readonly Window[]): number {
  const sum = (pick: (window: Window) => number): number =>
    found.reduce((total, each) => total + pick(each), 0);
  return sum(({ dots }) => dots) / sum(({ guestSeconds }) => guestSeconds);
}

async function measure(engine: EngineProcess, guests: readonly Guest[]): Promise<Window[]> {
  await sleep(settleMs);
  const found: Window[] = [];
  for (let count = 0; count < windows; count += 1) found.push(await oneWindow(engine, guests));
  return found;
}

async function busyGuest(engine: EngineProcess, name: string): Promise<Guest> {
  const { domain, console } = await engine.bootGuest(name);
  console.type(work);
  await sleep(warmUpMs);
  return { domain, console };
}

const run: Bench = async () => {
  const engine = await EngineProcess.start();
  const { nrCpus } = await engine.client.dom0.physical({ host: 'local' });
  const pin = ({ domain }: Guest) =>
    engine.client.live.pinVcpu({ host: 'local', domain, vcpu: null, hard: [nrCpus - 1] });
  const a = await busyGuest(engine, 'a');
  const set = (guest: Guest, schedule: { weight?: number; cap?: number }) =>
    engine.client.scheduler.setDomain({ host: 'local', domain: guest.domain, ...schedule });
  const percent = (found: readonly Window[], at: number): number =>
    median(found.map(({ percents }) => percents[at] ?? 0));

  const free = await measure(engine, [a]);
  await pin(a);
  const alone = await measure(engine, [a]);
  await set(a, { cap: 25 });
  const capped = await measure(engine, [a]);
  await set(a, { cap: 0 });
  const b = await busyGuest(engine, 'b');
  await pin(b);
  const even = await measure(engine, [a, b]);
  await set(a, { weight: 256 });
  await set(b, { weight: 512 });
  const shared = await measure(engine, [a, b]);
  // Interrupted: its shell waits, and its share is free.
  b.console.type('\x03');
  const beside = await measure(engine, [a, b]);
  await engine.stop();

  const ratio = median(shared.map(({ percents: [first = 0, second = 0] }) => second / first));
  const rows: BenchRow[] = [
    { what: 'weights 256:512 on one pCPU, both busy', value: ratio, unit: '', goal: '2 ± 5 %' },
    { what: 'cap of 25 %', value: percent(capped, 0), unit: '% of a CPU', goal: '25 ± 2' },
    {
      what: 'busy guest beside an idle one of twice its weight',
      value: percent(beside, 0),
      unit: '% of a CPU',
      peer: 'alone',
      peerValue: percent(alone, 0),
      goal: '≥ 0.97×',
    },
    {
      what: 'work for a CPU second of the guest, two sharing a pCPU',
      value: efficiency(even),
      unit: 'rounds/s',
      peer: 'one, not held',
      peerValue: efficiency(free),
      goal: '≥ 0.97×',
    },
    {
      what: 'the same under a cap of 25 %',
      value: efficiency(capped),
      unit: 'rounds/s',
      peer: 'one, not held',
      peerValue: efficiency(free),
      goal: '≥ 0.97×',
    },
    {
      what: 'main thread while two guests share a pCPU',
      value: median(even.map((window) => window.engine)),
      unit: '% of a CPU',
      goal: '≤ 3 %',
    },
  ];
  return rows;
};
export default run;
