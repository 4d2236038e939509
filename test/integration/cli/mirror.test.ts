import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { deviceDraft, type DomainInfo, type HardwareItem } from '../../../engine/api/index.ts';
import { connectEngine, type EngineLink } from '../../../engine/cli/link.ts';
import { socketPath } from '../../../engine/entry/options.ts';
import { bind } from '../../../renderer/action/bound.ts';
import type { Action } from '../../../renderer/action/action.ts';
import { domainSchedule } from '../../../renderer/action/domain-schedule.action.ts';
import {
  hardwareAdd,
  hardwareChange,
  hardwareInsert,
  hardwareRemove,
} from '../../../renderer/action/hardware.action.ts';
import { actionById } from '../../../renderer/action/registry.ts';
import { endProcess, root } from '../../support/app.ts';
import { tinyIso } from '../../support/tiny-iso.ts';
import { aContext } from '../../unit/renderer/action/context.ts';

/**
 * The command mirror is true: what the window's actions do to one host, their lines do to a fresh one, typed into the
 * command line.
 */
const asset = (name: string): string => join(root, 'assets', 'guest', name);
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
let directory: string;

/** An engine of its own with one domain defined, `web`. */
interface Station {
  readonly state: string;
  readonly daemon: ChildProcess;
  readonly link: EngineLink;
}
const open: Station[] = [];

const program = (state: string, name: string, words: readonly string[]): ChildProcess =>
  spawn(process.execPath, [join(root, 'scripts', 'bin', `${name}.mjs`), ...words], {
    env: { ...process.env, DOMUS_STATE: state, LC_ALL: 'C' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });

async function station(name: string): Promise<Station> {
  const state = join(directory, name);
  const daemon = program(state, 'domus', ['daemon']);
  const socket = socketPath(state, 'local');
  for (const deadline = Date.now() + 60_000; ; await sleep(200)) {
    const link = await connectEngine({ socket }).catch(() => null);
    if (link) {
      const made = { state, daemon, link };
      open.push(made);
      return made;
    }
    if (Date.now() > deadline) throw new Error('The engine does not come up.');
  }
}

const config = (): string =>
  [
    'name = "web"',
    'uuid = "6f2e4b1c-0001-4000-8000-0000000000aa"',
    'type = "hvm"',
    'memory = 64',
    'maxmem = 96',
    `kernel = "${asset('bzImage')}"`,
    `ramdisk = "${asset('initramfs.cpio')}"`,
    'extra = "console=ttyS0"',
    'vif = [ "mac=00:16:3e:00:00:01,bridge=xenbr0" ]',
    'disk = [ "vdev=hdc,access=ro,devtype=cdrom" ]',
  ].join('\n') + '\n';

const theDomain = async ({ link }: Station): Promise<DomainInfo> => {
  const { objects } = await link.client.state.snapshot();
  const domains = objects.flatMap((one) => (one.kind === 'domain' ? [one.value] : []));
  const web = domains.find(({ configPath }) => configPath !== null);
  if (!web) throw new Error('There is no domain.');
  return web;
};
const items = async (at: Station): Promise<HardwareItem[]> => {
  const { host, id } = await theDomain(at);
  return (await at.link.client.hardware.view({ host, domain: id })).items;
};
async function itemOf(at: Station, id: string): Promise<HardwareItem> {
  const found = (await items(at)).find((one) => one.id === id);
  if (!found) throw new Error(`There is no ${id}.`);
  return found;
}
/** The guest obeys, and gives memory back, once its agent is there. */
async function agent(at: Station): Promise<void> {
  const { host, id } = await theDomain(at);
  for (const deadline = Date.now() + 60_000; ; await sleep(200)) {
    if ((await at.link.client.hardware.view({ host, domain: id })).agent) return;
    if (Date.now() > deadline) throw new Error('The agent of the guest does not come up.');
  }
}

/** The balloon takes its time: the memory of a guest is compared when the guest has reached its target. */
async function ballooned(at: Station, memoryKiB: number): Promise<void> {
  for (const deadline = Date.now() + 60_000; ; await sleep(200)) {
    const now = (await theDomain(at)).memoryKiB;
    if (now === memoryKiB) return;
    if (Date.now() > deadline) throw new Error(`The guest is at ${String(now)} KiB.`);
  }
}

/** Does what the button of an action does. */
async function press(at: Station, action: Action): Promise<void> {
  const { context } = aContext(await theDomain(at));
  const bound = bind(action, { ...context, app: { ...context.app, client: at.link.client } });
  expect(bound.state, action.id).toBe(true);
  await bound.run();
}

/** The lines of the command mirror, in the order in which they were done. */
async function mirror({ link }: Station): Promise<string[]> {
  const { objects } = await link.client.state.snapshot();
  const tasks = objects.flatMap((one) => (one.kind === 'task' ? [one.value] : []));
  return tasks
    .toSorted((one, other) => one.startedAt - other.startedAt)
    .flatMap(({ command }) => command ?? []);
}

/** What the running domain is, without what differs from one life to the next. */
async function outcome(at: Station): Promise<unknown> {
  const { name, state, memoryKiB } = await theDomain(at);
  const live = (await items(at))
    .filter(({ inDomain }) => inDomain)
    .map(({ id, fields }) => [
      id,
      fields.flatMap((field) => (field.live === undefined ? [] : [[field.name, field.live]])),
    ]);
  return { name, paused: state === 'paused', memoryKiB, live };
}

/** The lines as a person's shell takes them, `xl` being ours. */
async function replay({ state }: Station, lines: readonly string[]): Promise<void> {
  const script = `set -e\nxl() { '${process.execPath}' '${join(root, 'scripts/bin/xl.mjs')}' "$@"; }\n${lines.join('\n')}\n`;
  const shell = spawn('sh', ['-c', script], { env: { ...process.env, DOMUS_STATE: state } });
  let said = '';
  shell.stderr.on('data', (text: Buffer) => (said += text.toString()));
  shell.stdout.on('data', (text: Buffer) => (said += text.toString()));
  const rc = await new Promise((resolve) => shell.once('close', resolve));
  expect([rc, said]).toEqual([0, expect.any(String)]);
  if (rc !== 0) throw new Error(said);
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'domus-mirror-'));
});
afterAll(async () => {
  for (const { link, daemon } of open) {
    link.close();
    await endProcess(daemon);
  }
  await rm(directory, { recursive: true, force: true });
});

it('the lines of a session in the window do the same on a fresh host', async () => {
  const [kept, gone, cd] = ['kept.img', 'gone.img', 'cd.iso'].map((name) => join(directory, name));
  for (const path of [kept, gone]) await writeFile(path ?? '', new Uint8Array(1 << 20));
  await writeFile(cd ?? '', tinyIso('CD', { 'README.TXT': 'hello' }, false));
  const disk = (vdev: string, path = '') => deviceDraft.parse({ kind: 'vbd', settings: { vdev, path } });
  const card = deviceDraft.parse({ kind: 'vif', settings: { mac: '00:16:3e:00:00:77', rate: '10Mb/s' } });
  const now = { scope: 'now', newImageMiB: null } as const;

  const first = await station('first');
  await first.link.client.domain.define({ host: 'local', text: config() });
  await press(first, actionById('domain.start'));
  await agent(first);
  await press(first, hardwareAdd({ device: disk('xvdb', kept), ...now }));
  await press(first, hardwareAdd({ device: disk('xvdd', gone), ...now }));
  await press(first, hardwareAdd({ device: card, ...now }));
  await press(first, hardwareRemove(await itemOf(first, 'vbd:xvdd'), 'now', false));
  await press(first, hardwareInsert(await itemOf(first, 'vbd:hdc'), cd ?? '', 'now'));
  await press(
    first,
    hardwareChange(await itemOf(first, 'memory'), { values: { memoryMiB: 56 }, scope: 'now' }),
  );
  await ballooned(first, 56 * 1024);
  await press(
    first,
    hardwareChange(await itemOf(first, 'cpu'), { values: { weight: 512, cpus: '0' }, scope: 'now' }),
  );
  await press(first, domainSchedule('credit2', { cap: 50 }));
  await press(first, actionById('domain.pause'));
  const lines = await mirror(first);
  const wanted = await outcome(first);
  expect(lines.map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual([
    'xl create',
    'xl block-attach',
    'xl block-attach',
    'xl network-attach',
    'xl block-detach',
    'xl cd-insert',
    'xl mem-set',
    'xl sched-credit2',
    'xl sched-credit2',
    'xl pause',
  ]);
  first.link.close();
  await endProcess(first.daemon);
  open.length = 0;

  const second = await station('second');
  await second.link.client.domain.define({ host: 'local', text: config() });
  await replay(second, lines.slice(0, 1));
  await agent(second);
  await replay(second, lines.slice(1, -1));
  await ballooned(second, 56 * 1024);
  await replay(second, lines.slice(-1));
  expect(await outcome(second)).toEqual(wanted);
}, 240_000);
