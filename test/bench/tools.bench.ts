/** The command line beside the engine: how long `xl list` takes as a person types it, and how fast xl.cfg is read. */
import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseConfig, toDomainConfig } from '../../engine/xlcfg/index.ts';
import { EngineProcess, median } from './engine-process.ts';
import type { Bench, BenchRow } from './row.ts';

const rounds = 15;
const manyDefined = 1000;
const parseSeconds = 2;

/** Milliseconds from start to end of a program that must succeed. */
function wallMs(args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<number> {
  const begun = performance.now();
  const child = spawn(process.execPath, args, { stdio: 'ignore', env });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => {
      if (code === 0) resolve(performance.now() - begun);
      else reject(new Error(`${args.join(' ')} ended with ${code}`));
    });
  });
}

/** The median of `rounds` runs after one that warms the disk's cache. */
async function medianWallMs(args: readonly string[], env?: NodeJS.ProcessEnv): Promise<number> {
  await wallMs(args, env);
  const samples: number[] = [];
  for (let round = 0; round < rounds; round += 1) samples.push(await wallMs(args, env));
  return median(samples);
}

/** A configuration as people write them: comments, lists over lines, every third option a device. */
function config(index: number): string {
  return [
    `# web server ${index}, made from the template of the second floor`,
    `name = "web${index}"`,
    'type = "hvm"',
    'memory = 64',
    'vcpus = 1   # one is all it needs',
    'kernel = "/var/lib/xen/images/tiny-linux/bzImage"',
    'ramdisk = "/var/lib/xen/images/tiny-linux/initramfs.cpio"',
    'cmdline = "console=ttyS0 panic=1"',
    'disk = [',
    `  'format=raw, vdev=xvda, access=rw, target=/var/lib/xen/images/web${index}.img',`,
    "  'format=raw, vdev=hdc, access=ro, devtype=cdrom, target=',",
    ']',
    `vif = [ 'mac=00:16:3e:00:${hexByte(index >> 8)}:${hexByte(index)},bridge=xenbr0,model=virtio' ]`,
    'on_poweroff = "destroy"',
    'on_reboot = "restart"',
    'on_crash = "preserve"',
    'serial = "pty"',
    '',
  ].join('\n');
}

const hexByte = (value: number): string => (value & 255).toString(16).padStart(2, '0');

async function define(state: string, count: number): Promise<void> {
  const folder = join(state, 'hosts', 'local', 'etc', 'xen');
  await mkdir(folder, { recursive: true });
  for (let index = 0; index < count; index += 1) {
    await writeFile(join(folder, `web${index}.cfg`), config(index));
  }
}

async function listRow(defined: number): Promise<BenchRow> {
  const engine = await EngineProcess.start((state) => define(state, defined));
  const env = { ...process.env, DOMUS_STATE: engine.state };
  const value = await medianWallMs(['dist/engine/cli.js', 'xl', 'list'], env);
  await engine.stop();
  const empty = await medianWallMs(['-e', '0']);
  return {
    what: `xl list, ${defined} defined`,
    value,
    unit: 'ms',
    peer: 'empty Node program',
    peerValue: empty,
    goal: '≤ 150 ms',
  };
}

/** Megabytes a second that `work` takes in. */
function megabytes(work: (text: string) => unknown, inputs: readonly string[]): number {
  let bytes = 0;
  const begun = performance.now();
  for (let at = 0; performance.now() - begun < parseSeconds * 1000; at = (at + 1) % inputs.length) {
    const text = inputs[at] as string;
    work(text);
    bytes += text.length;
  }
  return bytes / 1e6 / ((performance.now() - begun) / 1000);
}

function parseRows(): BenchRow[] {
  const texts = Array.from({ length: 200 }, (_, index) => config(index));
  const topology = { cpuCount: 2, nodes: [[0, 1]] };
  const parse = (text: string) => parseConfig(text, 'bench.cfg');
  const check = (text: string) => toDomainConfig(parse(text), { topology, randomUuid: () => '' });
  const peers = texts.map((text) => JSON.stringify(check(text).config));
  for (const work of [parse, check]) megabytes(work, texts);
  return [
    { what: 'xl.cfg parsed', value: megabytes(parse, texts), unit: 'MB/s' },
    {
      what: 'xl.cfg parsed and checked',
      value: megabytes(check, texts),
      unit: 'MB/s',
      peer: 'JSON.parse of what comes out',
      peerValue: megabytes(JSON.parse, peers),
    },
  ];
}

const run: Bench = async () => [
  {
    what: 'xl help, start to end',
    value: await medianWallMs(['dist/engine/cli.js', 'xl', 'help']),
    unit: 'ms',
    goal: '≤ 150 ms',
  },
  await listRow(1),
  await listRow(manyDefined),
  ...parseRows(),
];
export default run;
