import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeInstalledDisk } from '../../support/installed-disk.ts';
import { openRealHost, operation, type RealHost, sitAtConsole, until } from './real-host.ts';

const disk = '/var/lib/xen/images/installed.img';
const text = `name="own"\nmemory=64\nbootloader="pygrub"\nextra="more=yes"\ndisk=["${disk},raw,xvda,w"]\n`;

let real: RealHost;
let domain: string;
let console: Awaited<ReturnType<typeof sitAtConsole>>;
beforeAll(async () => {
  real = await openRealHost();
  await makeInstalledDisk(join(real.stateDir, disk));
  ({ domain } = await real.host.define(text, operation()));
  console = await sitAtConsole(real.host, domain);
});
afterAll(() => real.close());

/** Starts it, chooses on the console if there is a choice to be made, and reads its kernel's command line. */
async function bootedWith(start: () => Promise<unknown>, choice: string | null): Promise<string> {
  const starting = start();
  if (choice !== null) {
    await console.expect(/2 {2}Second/);
    console.type(`${choice}\r`);
  }
  await starting;
  expect(await readdir(join(real.stateDir, 'var/run/xen'))).toEqual([]);
  await console.expect(/Tiny Linux[^]*# /);
  console.type('cat /proc/cmdline; echo sho""wn\n');
  const shown = await console.expect(/\nshown/);
  await real.host.destroy(domain, operation());
  await until(() => console.events.at(-1) === 'ended', 'the end');
  return shown;
}

it('a real guest boots the entry of its own disk that is chosen on the console', async () => {
  const start = () => real.host.start(domain, { paused: false }, operation());
  expect(await bootedWith(start, '2')).toMatch(/panic=1 chosen=second more=yes/);
  expect(console.events).toEqual(['ended', 'attached', 'ended']);
});

it('its menu is shown without booting it, and a start takes the entry it is given, without a menu', async () => {
  const boot = await real.host.dom0?.domainBoot(domain);
  expect(boot).toMatchObject({ disk, bootloaderArgs: [], kernelArgs: 'more=yes' });
  expect(boot?.menu).toMatchObject({
    source: '/boot/grub/grub.cfg',
    entries: [{ title: 'First' }, { title: 'Second' }],
    defaultEntry: 0,
    timeoutSeconds: 30,
  });
  const given = `${text}\nbootloader_args=["--entry=1","--args=more=yes single=1"]\n`;
  const request = { text: given, source: '/etc/xen/own.cfg', paused: false };
  const start = async () => real.host.dom0?.createFromText(request, operation());
  expect(await bootedWith(start, null)).toMatch(/panic=1 chosen=second more=yes single=1/);
});
