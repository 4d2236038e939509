import { mkdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { deviceDraft, type DeviceDraftInput, type HardwareItem } from '../../../engine/api/index.ts';
import { systemClock } from '../../../engine/lib/clock.ts';
import { XenStore } from '../../../engine/xenstore/index.ts';
import { draftOf } from '../../support/drafts.ts';
import { openRealHost, operation, type RealHost, sitAtConsole, until } from './real-host.ts';

/** What was plugged into a running guest outlives a pause, and a save and restore of the guest. */
const store = new XenStore({ clock: systemClock });
const file = '/var/lib/xen/save/web';
const images = '/var/lib/xen/images';
let real: RealHost;
let guest: string;

const hardware = () => {
  const tools = real.host.hardware;
  if (!tools) throw new Error('The embedded host shows hardware.');
  return tools;
};
const saves = () => {
  const tools = real.host.saves;
  if (!tools) throw new Error('The embedded host saves domains.');
  return tools;
};
const add = (device: DeviceDraftInput) =>
  hardware().add(guest, { device: deviceDraft.parse(device), scope: 'now' }, operation());
const item = async (id: string): Promise<HardwareItem | undefined> =>
  (await hardware().view(guest)).items.find((one) => one.id === id);
const restore = async (): Promise<void> => {
  await saves().save(guest, { path: file, after: 'off', keepDomid: false }, operation());
  await saves().restore({ path: file, paused: false }, operation());
};

let asked = 0;
/** What a command prints; the console keeps the past, so that each answer is told by a number of its own. */
async function ask(command: string): Promise<string> {
  const seat = await sitAtConsole(real.host, guest);
  asked += 1;
  seat.type(`echo "<""${asked}>"; ${command}; echo "</""${asked}>"\n`);
  await seat.expect(new RegExp(`<${asked}>\\r?\\n`));
  const text = await seat.expect(new RegExp(`</${asked}>`));
  seat.stream.close();
  return text.replace(/\r?\n?<\/\d+>/, '').replaceAll('\r', '');
}

beforeAll(async () => {
  real = await openRealHost(512, { store });
  guest = (await real.host.create(draftOf('web'), { start: true, paused: false }, operation())).domain;
  const seat = await sitAtConsole(real.host, guest);
  seat.type('\n');
  await seat.expect(/[#$] $/);
  seat.stream.close();
  await until(
    () => store.tryRead('/local/domain/1/control/feature-poweroff') === '1',
    'the agent of the guest',
  );
  await mkdir(join(real.stateDir, images), { recursive: true });
  await writeFile(join(real.stateDir, images, 'data.img'), '');
  await truncate(join(real.stateDir, images, 'data.img'), 8 * 2 ** 20);
  await add({ kind: 'vbd', settings: { vdev: 'xvdb', path: `${images}/data.img` } });
  await add({ kind: 'vif', settings: { mac: '00:16:3e:00:00:71' } });
  await ask('mke2fs -q /dev/xvdb && mount /dev/xvdb /mnt && echo before > /mnt/note && sync');
});
afterAll(() => real.close());

it('a pause', async () => {
  await real.host.pause(guest, operation());
  await real.host.unpause(guest, operation());
  expect(await ask('cat /mnt/note; cat /sys/class/net/eth1/address')).toBe('before\n00:16:3e:00:00:71');
});

it('a save and restore, twice: the disk is mounted as it was, the card is the same, both are connected', async () => {
  for (const word of ['once', 'twice']) {
    await restore();
    expect(await ask(`echo ${word} >> /mnt/note; sync; cat /sys/class/net/eth1/address`)).toBe(
      '00:16:3e:00:00:71',
    );
    expect((await readFile(join(real.stateDir, images, 'data.img'))).includes(word)).toBe(true);
    for (const id of ['vbd:xvdb', 'vif:1'])
      expect(await item(id)).toMatchObject({ inDomain: true, inFile: false, state: 'Connected' });
  }
});

it('and both come out of the restored guest as out of any other', async () => {
  const remove = (id: string) => hardware().remove(guest, { id, scope: 'now', force: false }, operation());
  await ask('umount /mnt');
  await remove('vbd:xvdb');
  await remove('vif:1');
  expect(await ask('ls /sys/class/net /sys/block | grep -cE "eth1|vda"')).toBe('0');
});
