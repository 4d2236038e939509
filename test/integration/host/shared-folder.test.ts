import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { deviceDraft } from '../../../engine/api/index.ts';
import { systemClock } from '../../../engine/lib/clock.ts';
import { XenStore } from '../../../engine/xenstore/index.ts';
import { draftOf } from '../../support/drafts.ts';
import { openRealHost, operation, type RealHost, sitAtConsole } from './real-host.ts';

/** A folder that is added in the window is mounted in the guest, and still is after its save and restore. */
const store = new XenStore({ clock: systemClock });
const file = '/var/lib/xen/save/web';
let real: RealHost;
let guest: string;

async function type(command: string, answer: RegExp): Promise<void> {
  const seat = await sitAtConsole(real.host, guest);
  seat.type(`${command}\n`);
  await seat.expect(answer);
  seat.stream.close();
}

beforeAll(async () => {
  real = await openRealHost(512, { store });
  await mkdir(join(real.stateDir, 'srv/home'), { recursive: true });
  await writeFile(join(real.stateDir, 'srv/home/hello'), 'from the host');
  guest = (await real.host.create(draftOf('web'), { start: false, paused: false }, operation())).domain;
}, 60_000);
afterAll(() => real.close());

it('begins at the next start', async () => {
  const device = deviceDraft.parse({ kind: 'p9', settings: { tag: 'home', path: '/srv/home' } });
  await real.host.hardware!.add(guest, { device, scope: 'next' }, operation());
  await real.host.start(guest, { paused: false }, operation());
  await type('\n', /[#$] $/);
  await type('mount -t 9p -o trans=virtio,version=9p2000.L home /mnt; cat /mnt/hello', /from the host/);
  expect(store.tryRead('/local/domain/1/device/9pfs/0/tag')).toBe('home');
  expect(store.tryRead('/local/domain/0/backend/9pfs/1/0/state')).toBe('4');
  expect(store.tryRead('/local/domain/0/backend/9pfs/1/0/path')).toBe('/srv/home');
  const { items } = await real.host.hardware!.view(guest);
  expect(items.find(({ id }) => id === 'p9:home')).toMatchObject({ inDomain: true, state: 'Connected' });
});

it('outlives save and restore', async () => {
  await real.host.saves!.save(guest, { path: file, after: 'off', keepDomid: false }, operation());
  await real.host.saves!.restore({ path: file, paused: false }, operation());
  await type('echo back | tee /mnt/answer; sync; echo do""ne', /done/);
  expect(await readFile(join(real.stateDir, 'srv/home/answer'), 'utf8')).toBe('back\n');
});
