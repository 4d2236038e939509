import { execFile } from 'node:child_process';
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { serveXenStore, type XenStoreServer } from '../../../engine/entry/xenstored.ts';
import { systemClock } from '../../../engine/lib/clock.ts';
import { XenStore } from '../../../engine/xenstore/index.ts';
import { openRealHost, operation, type RealHost, sitAtConsole, until } from './real-host.ts';
import { draftOf } from '../../support/drafts.ts';

const run = promisify(execFile);
const store = new XenStore({ clock: systemClock });
let real: RealHost;
let server: XenStoreServer;
let guest: string;
let seat: Awaited<ReturnType<typeof sitAtConsole>>;

beforeAll(async () => {
  real = await openRealHost(512, { store });
  server = await serveXenStore(store, join(real.stateDir, 'var/run/xenstored/socket'));
  const created = await real.host.create(draftOf('web'), { start: true, paused: false }, operation());
  guest = created.domain;
  seat = await sitAtConsole(real.host, guest);
  seat.type('\n');
  await seat.expect(/[#$] $/);
});

afterAll(async () => {
  await server.close();
  await real.close();
});

const tools = () => {
  const { dom0 } = real.host;
  if (!dom0) throw new Error('The embedded host has dom0 tools.');
  return dom0;
};
const home = async (): Promise<string> => `/local/domain/${(await tools().domains())[1]?.domid}`;

it('the guest reads its own part of the store', async () => {
  await until(
    () => store.tryRead('/local/domain/1/control/feature-poweroff') === '1',
    'the agent of the guest',
  );
  seat.type('xenstore-read name\n');
  await seat.expect(/\nweb\r?\n/);
  seat.type('xenstore-ls control\n');
  await seat.expect(/feature-poweroff = "1"/);
});

it('its network card is connected at both ends', async () => {
  const at = await home();
  await until(() => store.tryRead(`${at}/device/vif/0/state`) === '4', 'the frontend');
  expect(store.read('/local/domain/0/backend/vif/1/0/state')).toBe('4');
});

it("Debian's xenstore-ls shows the same tree", async () => {
  const { stdout } = await run('xenstore-ls', ['-f'], {
    env: { ...process.env, XENSTORED_PATH: server.socketPath },
  });
  expect(stdout).toContain('/local/domain/1/name = "web"');
  expect(stdout).toContain('/vm/');
  expect(stdout).toMatch(/\/local\/domain\/0\/backend\/vif\/1\/0\/state = "4"/);
});

it('mem-set takes memory from the guest, down to what it needs, and gives it back', async () => {
  const memoryKiB = async (): Promise<number> => (await tools().domains())[1]?.memoryKiB ?? 0;
  await tools().setMemory(guest, 48 * 1024, operation());
  let seen = 0;
  for (let look = 0; look < 200 && (seen = await memoryKiB()) >= 60 * 1024; look += 1)
    await systemClock.sleep(100);
  expect(seen).toBeLessThan(60 * 1024);
  seat.type('grep MemTotal /proc/meminfo\n');
  await seat.expect(/MemTotal:\s+\d+ kB/);
  await tools().setMemory(guest, 64 * 1024, operation());
  expect(await memoryKiB()).toBe(64 * 1024);
});

it('dump-core writes an ELF core of all its memory', async () => {
  const path = '/var/lib/xen/dump/web.core';
  const { bytes } = await tools().dumpCore(guest, path, operation());
  const file = join(real.stateDir, path);
  expect((await stat(file)).size).toBe(bytes);
  expect(bytes).toBe(64 * 1024 * 1024 + 4096);
  const handle = await open(file);
  const { buffer } = await handle.read(Buffer.alloc(4), 0, 4, 0);
  await handle.close();
  expect(buffer.toString('latin1')).toBe('\x7fELF');
});

it('gives a shell in dom0, of the size asked for; a reader that pauses loses nothing', async () => {
  const shell = await tools().openTerminal({ columns: 80, rows: 24 });
  let text = '';
  let pausing = false;
  const events: string[] = [];
  shell.onEvent((event) => events.push(event));
  shell.onData((bytes) => {
    text += Buffer.from(bytes).toString('latin1');
    if (!pausing) shell.credit(bytes.length);
  });
  shell.credit(64 * 1024);
  const type = (line: string): void => void shell.write(Buffer.from(`${line}\n`));
  type('echo host=$DOMUS_HOST; stty size');
  await until(() => /host=local\s+24 80/.test(text), 'the shell');
  shell.resize?.(100, 40);
  type('stty size');
  await until(() => text.includes('40 100'), 'the new size');
  pausing = true;
  text = '';
  type('echo; seq 100000; echo all=$((6*7))');
  await until(() => text.length >= 64 * 1024 - 200, 'a full window');
  pausing = false;
  shell.credit(64 * 1024);
  await until(() => text.includes('all=42'), 'the rest');
  const numbers = text.split(/\r?\n/).filter((line) => /^\d+$/.test(line));
  expect(numbers).toEqual(Array.from({ length: 100_000 }, (_, index) => String(index + 1)));
  type('exit 3');
  await until(() => events.includes('ended'), 'its end');
  shell.close();
});

it('control/shutdown is obeyed: the power button is not needed', async () => {
  const op = operation();
  await real.host.shutdown(guest, op);
  expect(op.stages).toContain('Asking the guest (control/shutdown)');
  expect(op.stages).not.toContain('Pressing the power button');
  expect(store.exists('/local/domain/1')).toBe(false);
  expect(store.list('/local/domain/0/backend')).toEqual([]);
});
