/** Screens: full redraws at 1024 × 768, key to pixel, an open console at rest, a wall; QEMU's VNC server beside it. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { benchScreen, pictureAt, screenPrograms } from '../support/screen-programs.ts';
import { EngineProcess, percentile, sleep } from './engine-process.ts';
import { RfbMeter } from './rfb-meter.ts';
import type { Bench, BenchRow } from './row.ts';

const measureMs = 6000;
const keys = 40;
const restTurns = 5;
const wallGuests = 16;
const hasQemu = spawnSync('qemu-system-x86_64', ['--version']).status === 0;
const images = 'hosts/local/var/lib/xen/images';

type Program = keyof typeof screenPrograms;

async function image(directory: string, program: Program, picture: number): Promise<string> {
  await mkdir(directory, { recursive: true });
  const path = join(directory, `${program}.img`);
  await writeFile(path, screenPrograms[program](picture));
  await truncate(path, 1 << 20);
  return path;
}

async function ours(
  engine: EngineProcess,
  name: string,
  program: Program,
  memoryMiB = 16,
): Promise<{ domain: string; port: number }> {
  await image(join(engine.state, images), program, pictureAt.v86);
  const text = [
    ...[`name="${name}"`, 'type="hvm"', `memory=${memoryMiB}`, 'vnc=1', 'vga="stdvga"'],
    `disk=["/var/lib/xen/images/${program}.img,raw,hda,r"]`,
  ].join('\n');
  const { domain } = await engine.client.live.create({ host: 'local', text, source: name, paused: false });
  const { listen } = await engine.client.display.info({ host: 'local', domain });
  return { domain, port: Number(listen?.split(':').at(-1)) };
}

async function qemu(state: string, program: Program): Promise<{ port: number; child: ChildProcess }> {
  const display = 77;
  const path = await image(join(state, 'qemu'), program, pictureAt.qemu);
  const child = spawn(
    'qemu-system-x86_64',
    [
      ...['-machine', 'pc,accel=tcg', '-m', '64', '-nodefaults', '-vga', 'std'],
      ...['-drive', `file=${path},format=raw,snapshot=on,if=none,id=d`, '-device', 'ide-hd,drive=d'],
      ...['-vnc', `127.0.0.1:${display}`],
    ],
    { stdio: 'ignore' },
  );
  await sleep(3000);
  return { port: 5900 + display, child };
}

/** Waits until the guest has set its mode, then lets the JIT compile. */
async function settled(meter: RfbMeter): Promise<void> {
  while (meter.width !== benchScreen.width) await sleep(50);
  await sleep(2000);
}

interface Rate {
  readonly perSecond: number;
  readonly mbPerSecond: number;
}

async function rate(port: number, encoding: 'raw' | 'zrle'): Promise<Rate> {
  const meter = await RfbMeter.open(port, encoding);
  await settled(meter);
  const before = { pixels: meter.pixels, bytes: meter.bytes, at: performance.now() };
  await sleep(measureMs);
  const seconds = (performance.now() - before.at) / 1000;
  const screens = (meter.pixels - before.pixels) / (benchScreen.width * benchScreen.height);
  meter.close();
  return { perSecond: screens / seconds, mbPerSecond: (meter.bytes - before.bytes) / 1e6 / seconds };
}

/** Milliseconds from a key to the update that shows what it did, one after the other. */
async function latencies(port: number): Promise<number[]> {
  const meter = await RfbMeter.open(port, 'raw');
  await settled(meter);
  const times: number[] = [];
  for (let count = 0; count < keys; count += 1) {
    const update = meter.nextUpdate();
    const begun = performance.now();
    meter.key(0x61, 0x1e);
    const late = sleep(3000).then(() => Number.NaN);
    const ms = await Promise.race([update.then(() => performance.now() - begun), late]);
    if (!Number.isNaN(ms)) times.push(ms);
    await sleep(60 + (count % 7) * 5);
  }
  meter.close();
  return times;
}

async function redraws(engine: EngineProcess): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  const { domain, port } = await ours(engine, 'redraw', 'redraw');
  const peer = hasQemu ? await qemu(engine.state, 'redraw') : null;
  peer?.child.kill('SIGSTOP');
  for (const encoding of ['raw', 'zrle'] as const) {
    const mine = await rate(port, encoding);
    await engine.client.domain.pause({ host: 'local', domain });
    peer?.child.kill('SIGCONT');
    const theirs = peer && (await rate(peer.port, encoding));
    peer?.child.kill('SIGSTOP');
    await engine.client.domain.unpause({ host: 'local', domain });
    const beside = (value: number | undefined) =>
      value === undefined ? {} : { peer: "QEMU's VNC server", peerValue: value };
    rows.push(
      {
        ...{ what: `full screens at 1024 × 768, ${encoding}`, value: mine.perSecond, unit: '/s' },
        ...{ ...beside(theirs?.perSecond), goal: '60 /s' },
      },
      {
        ...{ what: `… bytes, ${encoding}`, value: mine.mbPerSecond, unit: 'MB/s' },
        ...beside(theirs?.mbPerSecond),
      },
    );
  }
  peer?.child.kill('SIGKILL');
  await engine.client.domain.destroy({ host: 'local', domain });
  return rows;
}

async function keyToPixel(engine: EngineProcess): Promise<BenchRow[]> {
  const { domain, port } = await ours(engine, 'keys', 'colourByKey');
  const mine = await latencies(port);
  await engine.client.domain.destroy({ host: 'local', domain });
  const peer = hasQemu ? await qemu(engine.state, 'colourByKey') : null;
  const theirs = peer && (await latencies(peer.port));
  peer?.child.kill('SIGKILL');
  return ([50, 95] as const).map((percent) => ({
    ...{ what: `key → pixel, p${percent}`, value: percentile(mine, percent), unit: 'ms' },
    ...(theirs && { peer: "QEMU's VNC server", peerValue: percentile(theirs, percent) }),
  }));
}

/** Until V8's compiler threads have done with what booted. */
const compiledMs = 45_000;

/** A viewer of the engine's own channel, which asks for the next picture whenever something came. */
async function watchScreen(engine: EngineProcess, domain: string): Promise<{ close(): void }> {
  const { ticket } = await engine.client.display.open({ host: 'local', domain, readOnly: false });
  const channel = await engine.link.openChannel(ticket);
  const say = (bytes: Uint8Array): void => channel.send({ type: 'data', bytes });
  const request = Uint8Array.from([3, 1, 0, 0, 0, 0, 2, 208, 1, 144]);
  channel.onFrame((frame) => {
    if (frame.type !== 'data') return;
    channel.send({ type: 'credit', bytes: frame.bytes.length });
    say(request);
  });
  channel.send({ type: 'credit', bytes: 1 << 20 });
  say(Buffer.from('RFB 003.008\n'));
  say(Uint8Array.of(1, 1));
  say(request);
  return channel;
}

/**
 * A guest at its prompt, unseen and with a viewer that shows its cursor blink, in turns: what else the computer does changes
 * from minute to minute, and the compiler is at work long after a guest has booted.
 */
async function atRest(engine: EngineProcess): Promise<BenchRow> {
  const { domain, console } = await engine.bootGuest('rest');
  console.close();
  await sleep(compiledMs);
  const costs: number[] = [];
  for (let turn = 0; turn < restTurns; turn += 1) {
    const unseen = await engine.cpuPercent(measureMs);
    const viewer = await watchScreen(engine, domain);
    await sleep(2000);
    costs.push((await engine.cpuPercent(measureMs)) - unseen);
    viewer.close();
    await sleep(500);
  }
  await engine.client.domain.destroy({ host: 'local', domain });
  const value = Math.max(0, percentile(costs, 50));
  return { what: 'CPU of an open console at rest', value, unit: '% of a core', goal: '≤ 1 %' };
}

/** Sixteen screens that stand still, asked for once a second as the wall does. */
async function wall(engine: EngineProcess): Promise<BenchRow[]> {
  const domains: string[] = [];
  for (let at = 0; at < wallGuests; at += 1)
    domains.push((await ours(engine, `wall-${at}`, 'colourByKey', 8)).domain);
  await sleep(8000);
  const unseen = await engine.cpuPercent(measureMs);
  let known: Record<string, number> = {};
  const times: number[] = [];
  const look = async (): Promise<void> => {
    const begun = performance.now();
    const found = await engine.client.display.thumbnails({ host: 'local', width: 260, domains, known });
    times.push(performance.now() - begun);
    known = Object.fromEntries(found.map(({ domain, seq }) => [domain, seq]));
  };
  await look();
  const timer = setInterval(() => void look(), 1000);
  const seen = await engine.cpuPercent(measureMs);
  clearInterval(timer);
  const rows = [
    { what: `wall of ${wallGuests}, first pictures`, value: times[0] ?? Number.NaN, unit: 'ms' },
    { what: `wall of ${wallGuests}, CPU`, value: Math.max(0, seen - unseen), unit: '% of a core' },
  ];
  for (const domain of domains) await engine.client.domain.destroy({ host: 'local', domain });
  return rows;
}

const run: Bench = async () => {
  const engine = await EngineProcess.start();
  try {
    return [
      ...(await redraws(engine)),
      ...(await keyToPixel(engine)),
      await atRest(engine),
      ...(await wall(engine)),
    ];
  } finally {
    await engine.stop();
  }
};
export default run;
