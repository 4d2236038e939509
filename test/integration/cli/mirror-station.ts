import { type ChildProcess, spawn } from 'node:child_process';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { DomainInfo, HardwareItem } from '../../../engine/api/index.ts';
import { connectEngine, type EngineLink } from '../../../engine/cli/link.ts';
import { socketPath } from '../../../engine/entry/options.ts';
import type { Action, DomainContext } from '../../../renderer/action/action.ts';
import { bind } from '../../../renderer/action/bound.ts';
import { endProcess, root } from '../../support/app.ts';
import { aContext } from '../../unit/renderer/action/context.ts';

/** Engines of their own for the command mirror's test, and the buttons and the shell in front of them. */
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
/** An engine of its own. */
export interface Station {
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

export async function station(state: string): Promise<Station> {
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

export const domains = async ({ link }: Station): Promise<DomainInfo[]> => {
  const { objects } = await link.client.state.snapshot();
  return objects.flatMap((one) => (one.kind === 'domain' && one.value.domid !== 0 ? [one.value] : []));
};
export const theDomain = async (at: Station, name = 'web'): Promise<DomainInfo> => {
  const found = (await domains(at)).find((one) => one.name === name);
  if (!found) throw new Error(`There is no domain ${name}.`);
  return found;
};
export const items = async (at: Station): Promise<HardwareItem[]> => {
  const { host, id } = await theDomain(at);
  return (await at.link.client.hardware.view({ host, domain: id })).items;
};
export async function itemOf(at: Station, id: string): Promise<HardwareItem> {
  const found = (await items(at)).find((one) => one.id === id);
  if (!found) throw new Error(`There is no ${id}.`);
  return found;
}
/** The guest obeys, and gives memory back, once its agent is there. */
export async function agent(at: Station): Promise<void> {
  const { host, id } = await theDomain(at);
  for (const deadline = Date.now() + 60_000; ; await sleep(200)) {
    if ((await at.link.client.hardware.view({ host, domain: id })).agent) return;
    if (Date.now() > deadline) throw new Error('The agent of the guest does not come up.');
  }
}

/** The balloon takes its time: the memory of a guest is compared when the guest has reached its target. */
export async function ballooned(at: Station, memoryKiB: number): Promise<void> {
  for (const deadline = Date.now() + 60_000; ; await sleep(200)) {
    const now = (await theDomain(at)).memoryKiB;
    if (now === memoryKiB) return;
    if (Date.now() > deadline) throw new Error(`The guest is at ${String(now)} KiB.`);
  }
}

/** Does what the button of an action does. */
export async function press(at: Station, action: Action, name = 'web'): Promise<void> {
  const { context } = aContext(await theDomain(at, name));
  const bound = bind(action, { ...context, app: { ...context.app, client: at.link.client } });
  expect(bound.state, action.id).toBe(true);
  await bound.run();
}

/** The lines of the command mirror, in the order in which they were done. */
export async function mirror({ link }: Station): Promise<string[]> {
  const { objects } = await link.client.state.snapshot();
  const tasks = objects.flatMap((one) => (one.kind === 'task' ? [one.value] : []));
  return tasks
    .toSorted((one, other) => one.startedAt - other.startedAt)
    .flatMap(({ command }) => command ?? []);
}

/** All that a session can have changed, without what differs from one life to the next. */
export async function outcome(at: Station): Promise<unknown> {
  const { host, id, state, memoryKiB } = await theDomain(at);
  const { client } = at.link;
  const hardware = (await items(at)).map(({ id: item, inDomain, inFile, fields }) => [
    item,
    inDomain,
    inFile,
    fields.map(({ name, live, configured }) => [name, live, configured]),
  ]);
  const folder = join(at.state, 'hosts/local/var/lib/xen/images');
  const images = await Promise.all(
    (await readdir(folder)).toSorted().map(async (name) => [name, (await stat(join(folder, name))).size]),
  );
  return {
    names: (await domains(at)).map(({ name }) => name).toSorted(),
    paused: state === 'paused',
    memoryKiB,
    hardware,
    text: (await client.domain.configText({ host, domain: id })).text,
    images,
    rules: await client.save.rules({ host }),
    hostMemoryKiB: (await client.dom0.physical({ host })).totalMemoryKiB,
  };
}

const ours = ['xl', 'domus']
  .map((name) => `${name}() { '${process.execPath}' '${join(root, `scripts/bin/${name}.mjs`)}' "$@"; }\n`)
  .join('');

/** The lines as a person's shell takes them, `xl` and `domus` being ours. */
export async function replay({ state }: Station, lines: readonly string[]): Promise<void> {
  const script = `set -e\n${ours}${lines.join('\n')}\n`;
  const shell = spawn('sh', ['-c', script], { env: { ...process.env, DOMUS_STATE: state } });
  let said = '';
  shell.stderr.on('data', (text: Buffer) => (said += text.toString()));
  shell.stdout.on('data', (text: Buffer) => (said += text.toString()));
  const rc = await new Promise((resolve) => shell.once('close', resolve));
  expect([rc, said]).toEqual([0, expect.any(String)]);
  if (rc !== 0) throw new Error(said);
}

/** Ends an engine. */
export async function close(at: Station): Promise<void> {
  open.splice(open.indexOf(at), 1);
  at.link.close();
  await endProcess(at.daemon);
}
export const closeAll = (): Promise<unknown> => Promise.all(open.map((at) => close(at)));

/** The world of a domain's actions there, and what its Undo does when it is pressed. */
export async function contextOf(
  at: Station,
  name: string,
): Promise<{ context: DomainContext; undone: () => Promise<void> }> {
  const domain = await theDomain(at, name);
  const { context } = aContext(domain);
  const { host, app } = context;
  if (!host) throw new Error('There is no host.');
  const before = (await domains(at)).length;
  const undone = async (): Promise<void> => {
    for (const deadline = Date.now() + 60_000; ; await sleep(50)) {
      if ((await domains(at)).length === before) return;
      if (Date.now() > deadline) throw new Error(`${name} does not come back.`);
    }
  };
  return { context: { ...context, host, domain, app: { ...app, client: at.link.client } }, undone };
}
