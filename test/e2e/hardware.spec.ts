import { expect, type Locator, test } from '@playwright/test';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type App, launchApp } from '../support/app.ts';
import { tinyIso } from '../support/tiny-iso.ts';
import { DomusWindow } from './support/window.ts';

/** The Hardware tab on a running guest: what is done there is seen from inside it, and what must wait says so. */
test.describe.configure({ mode: 'serial' });

let app: App;
let domus: DomusWindow;
test.beforeAll(async () => {
  app = await launchApp();
  domus = new DomusWindow(app.page);
  await domus.ready();
  await domus.createReadyMade('hw');
  await domus.prompt('hw');
});
test.afterAll(() => app.close());

const tab = (name: string) => app.page.getByRole('tab', { name, exact: true }).click();
const devices = () => app.page.getByRole('listbox', { name: 'Hardware of hw' });
const panel = (title: string): Locator => app.page.getByRole('region', { name: title, exact: true });
const pick = async (title: string): Promise<Locator> => {
  await devices()
    .getByRole('option', { name: new RegExp(`^${title}`) })
    .click();
  return panel(title);
};
const dialog = () => app.page.getByRole('dialog');
const inGuest = async (command: string, shows: RegExp): Promise<void> => {
  await tab('Console');
  await domus.type(`clear; ${command}`);
  await domus.consoleShows(shows);
};
const picture = async (name: string): Promise<void> => {
  const folder = process.env['DOMUS_PICTURES'];
  if (folder) await app.page.screenshot({ path: join(folder, `${name}.png`) });
};

test('a new disk is plugged in with its image, used by the guest, and taken out again', async () => {
  await tab('Hardware');
  await app.page.getByRole('button', { name: 'Add hardware…' }).click();
  await dialog().getByLabel('Size (GiB)').fill('none');
  await expect(dialog().getByText(/A size is a number/)).toBeVisible();
  await dialog().getByLabel('Size (GiB)').fill('16M');
  await picture('add-disk');
  expect(await domus.axe()).toEqual([]);
  await dialog().getByRole('button', { name: 'Add', exact: true }).click();
  await expect(dialog()).toBeHidden();
  await expect(panel('Disk xvda')).toContainText('Connected');
  await picture('disk');
  expect(await domus.axe()).toEqual([]);
  await expect(domus.activity).toContainText('xl block-attach hw');
  await inGuest('mkfs.ext2 -q /dev/xvda && mount /dev/xvda /mnt && echo mounted=$((1+1))', /mounted=2/);
  await tab('Hardware');
  await pick('Disk xvda');
  await app.page.getByRole('button', { name: 'Remove…' }).click();
  await dialog().getByLabel('Takes effect').selectOption('Now only');
  await dialog().getByRole('button', { name: 'Remove', exact: true }).click();
  await expect(dialog()).toContainText('ERROR_TIMEDOUT');
  await picture('remove-refused');
  await app.page.keyboard.press('Escape');
  await inGuest('umount /mnt; sleep 1; ls /dev/xvda; echo end=$((1+1))', /No such file[^]*end=2/);
  await tab('Hardware');
  const left = await pick('Disk xvda');
  await expect(left).toContainText('comes with the next start');
  await left.getByRole('button', { name: 'Do not add it' }).click();
  await expect(devices().getByRole('option', { name: /^Disk xvda/ })).toHaveCount(0);
});

test('a second network card carries traffic both ways, and its cable can be pulled', async () => {
  await domus.createReadyMade('peer');
  await domus.prompt('peer');
  await domus.type(
    'until pidof udhcpc; do sleep 0.2; done; killall udhcpc; ip addr add 192.168.77.2/24 dev eth0; echo up=$((1+1))',
  );
  await domus.consoleShows(/up=2/);
  await domus.row(/hw/).click();
  await tab('Hardware');
  await app.page.getByRole('button', { name: 'Add hardware…' }).click();
  await dialog().getByLabel('Kind').selectOption('Network card');
  await dialog().getByLabel('MAC address').fill('00:16:3e:00:00:77');
  await dialog().getByRole('button', { name: 'Add', exact: true }).click();
  await expect(panel('Network card 1')).toContainText('Connected');
  await picture('card');
  await inGuest(
    'killall udhcpc; ip addr add 192.168.77.1/24 dev eth1; ip link set eth1 up; ping -c2 -w9 192.168.77.2; cat /sys/class/net/eth1/address',
    /[12] packets received[^]*00:16:3e:00:00:77/,
  );
  await tab('Hardware');
  await pick('Network card 1');
  await app.page.getByLabel('Cable plugged in').uncheck();
  await app.page.getByRole('button', { name: 'Apply', exact: true }).click();
  await inGuest('cat /sys/class/net/eth1/carrier; echo end=$((1+1))', /^0\nend=2/m);
  await tab('Hardware');
  await app.page.getByLabel('Cable plugged in').check();
  await app.page.getByRole('button', { name: 'Apply', exact: true }).click();
  await inGuest('cat /sys/class/net/eth1/carrier; echo end=$((1+1))', /^1\nend=2/m);
  await tab('Hardware');
  await app.page.getByRole('button', { name: 'Remove…' }).click();
  await dialog().getByRole('button', { name: 'Remove', exact: true }).click();
  await expect(devices().getByRole('option', { name: /^Network card 1/ })).toHaveCount(0);
  await inGuest('ls /sys/class/net; echo end=$((1+1))', /^(?![^]*eth1)[^]*end=2/);
});

test('memory, weight and cap change at once; what the file says otherwise is pending and can be reverted', async () => {
  await tab('Hardware');
  const memory = await pick('Memory');
  await memory.getByLabel('Memory (MiB)').fill('plenty');
  await expect(memory.getByText('A whole number.')).toBeVisible();
  await memory.getByLabel('Memory (MiB)').fill('48');
  await expect(memory.getByText('xl mem-set hw 48m')).toBeVisible();
  await memory.getByLabel('Takes effect').selectOption('Now only');
  await memory.getByRole('button', { name: 'Apply' }).click();
  await expect(memory).toContainText('Pending');
  await picture('pending');
  expect(await domus.axe()).toEqual([]);
  await memory.getByRole('button', { name: 'Revert Memory' }).click();
  await expect(memory).not.toContainText('Pending');
  await pick('Processor');
  await picture('cpu');
  await app.page.getByLabel('Weight').fill('512');
  await app.page.getByLabel('Cap').fill('50');
  await app.page.getByRole('button', { name: 'Apply', exact: true }).click();
  await expect(domus.activity).toContainText('xl sched-credit2 -d hw -w 512 -c 50');
});

test('a CD goes in, is changed and comes out', async () => {
  const iso = async (name: string): Promise<string> => {
    const path = join(app.stateDirectory, `${name}.iso`);
    await writeFile(path, tinyIso(name.toUpperCase(), { 'README.TXT': 'hello' }, false));
    return path;
  };
  const [first, second] = [await iso('one'), await iso('two')];
  await tab('Hardware');
  await app.page.getByRole('button', { name: 'Add hardware…' }).click();
  await dialog().getByLabel('Kind').selectOption('CD drive');
  await expect(dialog().getByLabel('Called in the guest')).toHaveValue('hdc');
  await expect(dialog().getByText(/cannot be plugged in/)).toBeVisible();
  await picture('add-cd');
  await dialog().getByRole('button', { name: 'Add', exact: true }).click();
  await expect(panel('CD drive hdc')).toContainText('comes with the next start');
  await domus.button('Shut down').click();
  await app.page.getByRole('menuitem', { name: 'Reboot' }).click();
  await expect(panel('CD drive hdc')).not.toContainText('comes with the next start', { timeout: 60_000 });
  await tab('Console');
  await domus.prompt('hw');
  const label =
    'dd if=/dev/sr0 bs=2048 skip=16 count=1 2>&1 | tr -c "A-Za-z" "\\n" | grep -xE "ONE|TWO|medium"';
  const insert = async (path: string): Promise<void> => {
    await tab('Hardware');
    const drive = await pick('CD drive hdc');
    await drive.getByLabel('Image').fill(path);
    await drive.getByRole('button', { name: 'Apply' }).click();
    await expect(domus.activity).toContainText(`xl cd-insert hw hdc ${path}`);
  };
  await insert(first);
  await inGuest(label, /^ONE/m);
  await insert(second);
  await picture('cd');
  await inGuest(label, /^TWO/m);
  await tab('Hardware');
  await (await pick('CD drive hdc')).getByRole('button', { name: 'Eject' }).click();
  await expect(domus.activity).toContainText('xl cd-eject hw hdc');
  await expect(panel('CD drive hdc').getByRole('button', { name: 'Eject' })).toBeDisabled();
  await inGuest(label, /^medium/m);
});
