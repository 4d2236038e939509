/** How fast a guest of the ready-made image is there and talks, beside QEMU (TCG) with the same kernel and ramdisk. */
import { spawn, spawnSync } from 'node:child_process';
import { type Console, EngineProcess, median, promptPattern } from './engine-process.ts';
import type { Bench, BenchRow } from './row.ts';

const rounds = 5;
const bulkBytes = 20 * 1024 * 1024;
const bulk = (count: number): string =>
  `dd if=/dev/zero bs=64k count=${count} 2>/dev/null | tr '\\0' x; echo; echo bulk-$((1+1))-end\n`;
const bulkEnd = /bulk-2-end/;

const hasQemu = spawnSync('qemu-system-i386', ['--version']).status === 0;

/** Boots the same guest under QEMU's TCG; resolves with ms to the prompt and a way to go on. */
async function qemuGuest(): Promise<{
  ms: number;
  send(text: string): void;
  until(p: RegExp): Promise<void>;
  end(): void;
}> {
  const begun = performance.now();
  const child = spawn('qemu-system-i386', [
    ...['-machine', 'pc,accel=tcg', '-m', '64', '-display', 'none', '-nodefaults', '-serial', 'stdio'],
    ...['-kernel', 'assets/guest/bzImage', '-initrd', 'assets/guest/initramfs.cpio'],
    ...['-append', 'console=ttyS0 quiet tsc=reliable mitigations=off random.trust_cpu=on'],
  ]);
  let tail = '';
  let wake: (() => void) | null = null;
  child.stdout.on('data', (data: Buffer) => {
    tail = (tail + data.toString('latin1')).slice(-4096);
    wake?.();
  });
  const until = async (pattern: RegExp): Promise<void> => {
    while (!pattern.test(tail)) await new Promise<void>((resolve) => (wake = resolve));
  };
  await until(promptPattern);
  return {
    ms: performance.now() - begun,
    send: (text) => void child.stdin.write(text),
    until,
    end: () => void child.kill('SIGKILL'),
  };
}

async function bulkRate(
  bytes: number,
  type: (text: string) => void,
  until: Console['until'],
): Promise<number> {
  const begun = performance.now();
  type(bulk(bytes / 65_536));
  await until(bulkEnd);
  return bytes / 2 ** 20 / ((performance.now() - begun) / 1000);
}

const run: Bench = async () => {
  const engine = await EngineProcess.start();
  const ours: number[] = [];
  const theirs: number[] = [];
  let rate = 0;
  let qemuRate: number | undefined;
  for (let round = 0; round < rounds; round += 1) {
    const { domain, ms, console } = await engine.bootGuest(`bench-${round}`);
    ours.push(ms);
    if (round === 0)
      rate = await bulkRate(
        bulkBytes,
        (text) => console.type(text),
        (p) => console.until(p),
      );
    console.close();
    await engine.client.domain.destroy({ host: 'local', domain });
    if (!hasQemu) continue;
    const qemu = await qemuGuest();
    theirs.push(qemu.ms);
    if (round === 0)
      qemuRate = await bulkRate(
        2 * 1024 * 1024,
        (text) => qemu.send(text),
        (p) => qemu.until(p),
      );
    qemu.end();
  }
  await engine.stop();
  const peer = 'QEMU TCG';
  const rows: BenchRow[] = [
    {
      what: 'click to prompt of the ready-made guest',
      value: median(ours) / 1000,
      unit: 's',
      goal: '≤ 2.2 s, then ≤ 1.6 s',
      ...(theirs.length > 0 ? { peer, peerValue: median(theirs) / 1000 } : {}),
    },
    {
      what: 'serial console, guest → client',
      value: rate,
      unit: 'MB/s',
      goal: '≥ 3 MB/s',
      ...(qemuRate === undefined ? {} : { peer, peerValue: qemuRate }),
    },
  ];
  return rows;
};
export default run;
