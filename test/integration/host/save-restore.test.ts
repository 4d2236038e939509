import { open, readFile, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLocalHost } from '../../../engine/host/local/index.ts';
import type { Host } from '../../../engine/host/host.ts';
import type { MachineFactory } from '../../../engine/guest/machine.ts';
import { root } from '../../support/build-worker.ts';
import { createTestFactory } from '../../support/guest-machine.ts';
import { draftOf } from '../../support/drafts.ts';
import { RecordingSink } from '../../support/recording-sink.ts';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { operation, sitAtConsole } from './real-host.ts';

/** A guest that is saved and goes on, also in another life of its host. */
let stateDir: string;
let factory: MachineFactory;
let host: Host;
let guest: string;
const file = '/var/lib/xen/save/web';
const real = (): string => join(stateDir, file);

async function openHost(): Promise<Host> {
  return createLocalHost({
    id: 'local',
    stateDir,
    sink: new RecordingSink(),
    machineFactory: factory,
    assetsDir: join(root, 'assets'),
    hostMemoryKiB: 512 * 1024,
  });
}
const saves = () => {
  if (!host.saves) throw new Error('The embedded host saves domains.');
  return host.saves;
};
const save = (after: 'off' | 'running' | 'paused', path = file) =>
  saves().save(guest, { path, after, keepDomid: false }, operation());
const state = () => host.domains().find(({ id }) => id === guest);

let asked = 0;
/** What a command prints; the console keeps the past, so that each answer is told by a number of its own. */
async function ask(command: string): Promise<string> {
  const seat = await sitAtConsole(host, guest);
  asked += 1;
  seat.type(`echo "<""${asked}>"; ${command}; echo "</""${asked}>"\n`);
  await seat.expect(new RegExp(`<${asked}>\\r?\\n`));
  const text = await seat.expect(new RegExp(`</${asked}>`));
  seat.stream.close();
  return text.replace(/\r?\n?<\/\d+>/, '').replaceAll('\r', '');
}

/** Waits for the shell of a guest that boots: keys typed before it is there are lost. */
async function prompt(): Promise<void> {
  const seat = await sitAtConsole(host, guest);
  const before = seat.text().length;
  const shown = (): boolean => /[#$] \r?\n?[^\n]*[#$] $/.test(seat.text().slice(before));
  while (!shown()) {
    seat.type('\n');
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  seat.stream.close();
}

beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'domus-saves-'));
  factory = await createTestFactory();
  host = await openHost();
  guest = (await host.create(draftOf('web'), { start: true, paused: false }, operation())).domain;
  await prompt();
  await ask('MARK=kept-$((6*7))');
  // The agent starts beside the prompt.
  await ask('until xenstore-read name; do usleep 50000; done >/dev/null 2>&1');
});
afterAll(async () => {
  await host.close();
  await factory.dispose();
  await rm(stateDir, { recursive: true, force: true });
});

describe('a checkpoint', () => {
  it('leaves the guest running and a file beside it', async () => {
    const { bytes, header } = await save('running');
    expect(state()).toMatchObject({ domid: 1 });
    expect((await stat(real())).size).toBe(bytes);
    expect(header).toMatchObject({ mandatoryFlags: 3, optionalFlags: 0 });
    expect((await readFile(real())).subarray(0, 31).toString('latin1')).toBe(
      'Xen saved domain, xl format\n \0 ',
    );
    expect(await ask('echo $MARK')).toBe('kept-42');
  });

  it('is listed with what is known of it', async () => {
    const { directory, saves: list } = await saves().list();
    expect(directory).toBe('/var/lib/xen/save');
    expect(list).toMatchObject([{ path: file, domain: guest, name: 'web', problem: null, byHost: false }]);
  });

  it('cannot be restored beside the running domain', async () => {
    await expect(saves().restore({ path: file, paused: false }, operation())).rejects.toMatchObject({
      code: 'ERROR_INVAL',
    });
    expect(state()).toMatchObject({ domid: 1 });
  });
});

describe('a save', () => {
  it('ends the domain; restored it goes on with its variables, console, network and store, under a new domid', async () => {
    await save('off');
    expect(state()).toMatchObject({ state: 'off', domid: null });
    const { domain, domid } = await saves().restore({ path: file, paused: false }, operation());
    expect([domain, domid]).toEqual([guest, 2]);
    expect(await ask('echo $MARK')).toBe('kept-42');
    expect(await ask('xenstore-read name')).toBe('web');
    expect(await ask('cat /sys/class/net/eth0/carrier')).toBe('1');
  });

  it('that is cancelled leaves the guest running and no file', async () => {
    const op = operation();
    const path = '/var/lib/xen/save/never';
    const saving = saves().save(guest, { path, after: 'off', keepDomid: false }, op);
    op.abort.abort(new Error('never mind'));
    await expect(saving).rejects.toThrow();
    await expect(stat(join(stateDir, path))).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await ask('echo here')).toBe('here');
  });

  it.each<[string, (path: string) => Promise<void>, object]>([
    ['cut off', async (path) => truncate(path, (await stat(path)).size - 100), { code: 'ERROR_INVAL' }],
    [
      'damaged',
      async (path) => {
        const handle = await open(path, 'r+');
        await handle.write(Buffer.from('????'), 0, 4, Math.floor((await stat(path)).size / 2));
        await handle.close();
      },
      { code: 'ERROR_INVAL' },
    ],
    ['something else', async (path) => truncate(path, 10), { code: 'ERROR_FAIL' }],
  ])('whose file is %s is refused, and nothing of it is left', async (_what, spoil, error) => {
    await save('off');
    await spoil(real());
    await expect(saves().restore({ path: file, paused: false }, operation())).rejects.toMatchObject(error);
    expect(state()).toMatchObject({ state: 'off', domid: null });
    await host.start(guest, { paused: false }, operation());
    await prompt();
    await ask('MARK=kept-$((6*7))');
  });
});

describe('the host', () => {
  it('keeps what is to become of domains at its end in /etc/default/xendomains, comments and all', async () => {
    const text = () => readFile(join(stateDir, 'etc/default/xendomains'), 'utf8');
    const before = await text();
    const ends = saves().ends;
    const usual = { save: true, restore: true, autoOnly: false, maxWaitSeconds: 300 };
    expect(await ends?.rules()).toEqual(usual);
    await ends?.setRules({ ...usual, autoOnly: true, maxWaitSeconds: 20 });
    expect(await ends?.rules()).toEqual({ ...usual, autoOnly: true, maxWaitSeconds: 20 });
    expect((await host.beforeStop?.())?.steps).toEqual([]);
    await ends?.setRules({ ...usual, save: false });
    expect((await host.beforeStop?.())?.steps.map(({ title }) => title)).toEqual(['Shut down web']);
    await ends?.setRules(usual);
    const after = await text();
    for (const line of before.split('\n')) expect(after).toContain(line);
  });

  it('saves its domains when it stops and lets them go on at its next start', async () => {
    const stop = await host.beforeStop?.();
    expect(stop?.steps.map(({ title, command }) => [title, command])).toEqual([
      ['Save web', `xl save web ${file}`],
    ]);
    for (const step of stop?.steps ?? []) await step.run(operation());
    await host.close();
    host = await openHost();
    expect((await saves().list()).saves).toMatchObject([{ byHost: true, problem: null }]);
    const start = await host.startup?.();
    expect(start?.map(({ title }) => title)).toEqual(['Restore web']);
    for (const step of start ?? []) await step.run(operation());
    expect(await ask('echo $MARK')).toBe('kept-42');
    await expect(stat(real())).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
