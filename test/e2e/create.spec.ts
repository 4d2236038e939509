import { expect, test } from '@playwright/test';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type App, launchApp } from '../support/app.ts';
import { tinyIso } from '../support/tiny-iso.ts';
import { DomusWindow } from './support/window.ts';

/** The New domain dialog beyond name and Enter: what it writes is what boots. */
let app: App;
let domus: DomusWindow;
test.beforeAll(async () => {
  app = await launchApp();
  domus = new DomusWindow(app.page);
  await domus.ready();
});
test.afterAll(() => app.close());

const dialog = () => app.page.getByRole('dialog', { name: 'New domain' });
const hostFile = (path: string): string => join(app.stateDirectory, 'hosts', 'local', path);
const preview = () => dialog().getByLabel('The xl.cfg that will be written');
const create = () => dialog().getByRole('button', { name: /^(Create|Customise)/ });

test('a domain with disks, two cards and a screen is customised before its first boot', async () => {
  const { page } = app;
  await domus.button('New domain').click();
  await dialog().getByLabel('Name').fill('box');
  await domus.createStep('Resources');
  await dialog().getByLabel('At most (MiB)').fill('128');
  await expect(dialog().getByText(/left with this running/)).toBeVisible();
  await domus.createStep('Disks');
  await dialog().getByRole('button', { name: 'Add disk' }).click();
  await dialog().getByLabel('Size (GiB)').fill('64M');
  await domus.createStep('Network');
  await dialog().getByRole('button', { name: 'Add network card' }).click();
  const second = dialog().getByRole('region', { name: 'Network card 1' });
  await second.getByLabel('MAC address').fill('00:16:3e:00:00:99');
  await domus.createStep('Screen and start');
  await dialog().getByLabel('Let VNC viewers in').check();
  await dialog().getByLabel('Customise first').check();
  await expect(preview()).toContainText('target=/var/lib/xen/images/box.img');
  await expect(preview()).toContainText('00:16:3e:00:00:99');
  expect(await domus.axe()).toEqual([]);
  await page.keyboard.press('Enter');
  await expect(dialog()).toBeHidden();
  await expect(page.getByRole('tab', { name: 'Hardware', selected: true })).toBeVisible();
  await page.getByRole('option', { name: /Disk hda/ }).click();
  const disk = page.getByRole('region', { name: 'Disk hda' });
  await expect(disk.getByLabel('Image', { exact: true })).toHaveValue('/var/lib/xen/images/box.img');
  expect((await stat(hostFile('var/lib/xen/images/box.img'))).size).toBe(64 * 2 ** 20);
  expect(await readFile(hostFile('etc/xen/box.cfg'), 'utf8')).toContain('maxmem = 128');
  await domus.button('Run').click();
  await page.getByRole('tab', { name: 'Console' }).click();
  await domus.prompt('box');
  await domus.type('grep -c 65536 /proc/partitions; ip -o link | grep -c 00:16:3e:00:00:99');
  await domus.consoleShows(/^1\n1$/m);
});

test('what is wrong is marked at its step, and trying goes there', async () => {
  await domus.button('New domain').click();
  await domus.createStep('Disks');
  await dialog().getByRole('button', { name: 'Add disk' }).click();
  await dialog().getByLabel('Size (GiB)').fill('huge');
  await expect(dialog().getByRole('button', { name: /^Disks.*something is wrong here/ })).toBeVisible();
  await domus.createStep('Source');
  await create().click();
  await expect(dialog().getByLabel('Size (GiB)')).toBeFocused();
  await app.page.keyboard.press('Escape');
});

test('a CD image says what it is, gets a disk to install on, and boots as HVM only', async () => {
  const iso = join(app.stateDirectory, 'small.iso');
  await writeFile(iso, tinyIso('SMALL', { 'README.TXT': 'hello' }, false));
  await domus.button('New domain').click();
  await dialog().getByRole('radio', { name: 'CD image' }).click();
  await dialog().getByLabel('CD image', { exact: true }).last().fill(iso);
  await expect(dialog().getByRole('status').filter({ hasText: 'CD image' })).toContainText(/nothing on it/);
  await expect(dialog().getByLabel('Name')).toHaveValue('small-1');
  await domus.createStep('Resources');
  await expect(dialog().getByRole('radio', { name: /^PVH/ })).toBeDisabled();
  await expect(
    dialog()
      .getByText(/boots through firmware/)
      .first(),
  ).toBeVisible();
  await domus.createStep('Disks');
  await expect(dialog().getByText('CD drive hdc')).toBeVisible();
  await expect(dialog().getByRole('region', { name: 'Disk hda' })).toBeVisible();
  await app.page.keyboard.press('Escape');
});

test('copies are numbered, each a domain of its own', async () => {
  await domus.button('New domain').click();
  await dialog().getByLabel('Name').fill('node');
  await domus.createStep('Screen and start');
  await dialog().getByLabel('How many').fill('2');
  await dialog().getByLabel("Don't start").check();
  await dialog().getByRole('button', { name: 'Create 2' }).click();
  await expect(domus.row(/node-1/)).toBeVisible();
  await expect(domus.row(/node-2/)).toBeVisible();
  const [one, two] = await Promise.all(
    ['1', '2'].map((n) => readFile(hostFile(`etc/xen/node-${n}.cfg`), 'utf8')),
  );
  expect(/mac=\S+/.exec(one ?? '')?.[0]).not.toBe(/mac=\S+/.exec(two ?? '')?.[0]);
});

test('an xl.cfg file that is dropped is checked and started as it is', async () => {
  const { page } = app;
  const text = (await readFile(hostFile('etc/xen/node-1.cfg'), 'utf8'))
    .replace(/uuid.*\n/, '')
    .replaceAll('node-1', 'dropped');
  await domus.button('New domain').click();
  const data = await page.evaluateHandle(`(() => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([${JSON.stringify(text)}], 'dropped.cfg'));
    return transfer;
  })()`);
  await dialog().getByRole('navigation', { name: 'Steps' }).dispatchEvent('drop', { dataTransfer: data });
  await expect(dialog().getByText(/xl create -n accepts it/)).toBeVisible();
  await expect(dialog().getByText('xl create /etc/xen/dropped.cfg')).toBeVisible();
  await create().click();
  await expect(domus.heading('dropped')).toBeVisible();
  await domus.prompt('dropped');
  expect(await readFile(hostFile('etc/xen/dropped.cfg'), 'utf8')).toBe(text);
});
