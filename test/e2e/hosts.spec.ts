import { expect, test, type Locator } from '@playwright/test';
import { type App, launchApp } from '../support/app.ts';
import { type FakeDom0, fakeDom0 } from '../support/fake-dom0.ts';
import { DomusWindow } from './support/window.ts';

/** A real host as the window knows it: over SSH, from the first question to the last reconnect. */
test.describe.configure({ mode: 'serial' });

const password = 'correct horse';
const guest = (letters: string) => ({ domid: 1, name: 'pv1', letters });

let dom0: FakeDom0;
let app: App;
let domus: DomusWindow;
test.beforeAll(async () => {
  dom0 = await fakeDom0({ password });
  await dom0.running(guest('-b----'));
  await dom0.xl('pause', `sed -i '/^pv1 /s/-b----/--p---/' "$FAKE/running"`);
  await dom0.xl('unpause', `sed -i '/^pv1 /s/--p---/-b----/' "$FAKE/running"`);
  app = await launchApp();
  domus = new DomusWindow(app.page);
  await domus.ready();
});
test.afterAll(async () => {
  await app.close();
  await dom0.dispose();
});

const dialog = (): Locator => app.page.getByRole('dialog');
const step = (name: string): Locator => dialog().getByRole('listitem').filter({ hasText: name });
const hostRow = (): Locator => domus.row(/^lab-host/);

test('Add host: fields are checked as they are typed, an address is split into its parts', async () => {
  const { page } = app;
  await domus.button('Add host').click();
  await dialog().getByLabel('Address').fill(`root@127.0.0.1:${dom0.port}`);
  await dialog().getByLabel('Name', { exact: true }).fill('lab-host');
  await expect(dialog().getByLabel('Address')).toHaveValue('127.0.0.1');
  await expect(dialog().getByLabel('User', { exact: true })).toHaveValue('root');
  await expect(dialog().getByLabel('Port')).toHaveValue(String(dom0.port));
  await dialog().getByLabel('Port').fill('70000');
  await expect(dialog().getByRole('alert')).toContainText('At most 65535');
  await expect(dialog().getByRole('button', { name: 'Add and connect' })).toHaveAttribute(
    'aria-disabled',
    'true',
  );
  await dialog().getByLabel('Port').fill(String(dom0.port));
  expect(await domus.axe()).toEqual([]);
  await page.keyboard.press('Enter');
});

test('An unknown host key is shown before anything is sent; a wrong password leads to the doctor', async () => {
  await expect(dialog()).toContainText(dom0.fingerprint);
  await expect(dialog()).toContainText('ssh-keygen -lf');
  expect(await domus.axe()).toEqual([]);
  await dialog().getByRole('button', { name: 'Accept the key' }).click();
  await dialog().getByLabel('Password').fill('wrong');
  await dialog().getByRole('button', { name: 'Log in' }).click();
  await expect(dialog().getByLabel('Password')).toHaveValue('');
  await dialog().getByRole('button', { name: 'Give up' }).click();
  await expect(dialog()).toContainText('lab-host cannot be connected');
  await expect(step('Host key')).toContainText('Fine');
  await expect(step('Login')).toContainText('Asks you');
  await expect(step('Toolstack')).toContainText('Not reached');
  expect(await domus.axe()).toEqual([]);
  await dialog().getByLabel('Password').fill(password);
  await dialog().getByRole('button', { name: 'Log in' }).click();
  await expect(dialog()).toContainText('Everything that Domus needs is there.');
  await expect(step('Toolstack')).toContainText('xl works');
  expect(await dom0.calls()).toContain('info');
});

test('Connect asks once, and the host’s domains are there', async () => {
  await dialog().getByRole('button', { name: 'Connect', exact: true }).click();
  await dialog().getByLabel('Password').fill(password);
  await dialog().getByRole('button', { name: 'Log in' }).click();
  await expect(dialog()).toBeHidden();
  await expect(hostRow()).toContainText('2 of 2 on');
  await expect(domus.row(/pv1/)).toBeVisible();
  await expect(domus.main).toContainText('Xen 4.17.7 · 2 CPUs');
  await domus.row(/pv1/).click();
  await expect(domus.main).toContainText('domid 1');
  await domus.button('Pause').click();
  await expect(domus.main).toContainText('Paused');
  await domus.button('Continue').click();
  await expect(domus.main).toContainText('Running');
});

test('The Wall has the host’s domains too, and says of which there is no picture', async () => {
  const { page } = app;
  await hostRow().click();
  await page.getByRole('tab', { name: 'Wall' }).click();
  await expect(page.getByRole('button', { name: 'Screen of pv1' })).toContainText('No picture');
  expect(await domus.axe()).toEqual([]);
  await page.getByRole('tab', { name: 'Overview' }).click();
  await expect(domus.main).toContainText(`root@127.0.0.1:${dom0.port}`);
  expect(await domus.axe()).toEqual([]);
});

test('Network and Storage show what dom0 has; a volume of LVM is chosen as a disk by clicking', async () => {
  const { page } = app;
  const bridge = '{"ifname":"xenbr0","operstate":"UP"}';
  const vif = '{"ifname":"vif1.0","operstate":"UP","master":"xenbr0"}';
  await dom0.program('ip', `case "$*" in *bridge) echo '[${bridge}]';; *) echo '[${bridge},${vif}]';; esac`);
  await dom0.program('vgs', 'echo "vg0|4290772992|4064280576"');
  await dom0.program(
    'lvs',
    'echo "vg0|web|67108864|-wi-a-----|||||253|0"; echo "vg0|pool|9|twi-a-----|||||1|1"',
  );
  await page.getByRole('tab', { name: 'Network' }).click();
  await expect(page.getByRole('region', { name: 'Ports of xenbr0' })).toContainText(/vif1\.0.*pv1/);
  await page.getByRole('tab', { name: 'Storage' }).click();
  await expect(page.getByRole('region', { name: 'Volumes of vg0' })).toContainText(/web.*64 MiB/);
  expect(await domus.axe()).toEqual([]);
  await domus.button('New domain').click();
  await dialog().getByRole('radio', { name: 'Disk image' }).click();
  await dialog().getByRole('button', { name: 'Browse… for Disk image' }).click();
  await page.getByRole('button', { name: 'Volumes of vg0' }).click();
  const volumes = page.getByRole('listbox', { name: 'Volumes of vg0' });
  await expect(volumes.getByRole('option')).toHaveText([/web.*64 MiB/]);
  expect(await domus.axe()).toEqual([]);
  await volumes.press('Enter');
  await expect(dialog().getByRole('textbox', { name: 'Disk image' })).toHaveValue('/dev/vg0/web');
  await dialog().getByRole('button', { name: 'Cancel' }).click();
});

test('A lost connection counts down, and comes back at once when asked', async () => {
  const { page } = app;
  await dom0.listen(false);
  await expect(hostRow()).toContainText(/Again in \d+ s|Connecting/);
  await expect(domus.main).toContainText('No connection to lab-host.');
  await expect(domus.main).toContainText(/Trying again in \d+ s\./);
  expect(await domus.axe()).toEqual([]);
  await page.getByRole('tab', { name: 'Log', exact: true }).click();
  await expect(domus.main).toContainText('Log cannot be shown just now');
  await dom0.listen(true);
  await domus.main.getByRole('button', { name: 'Reconnect now' }).first().click();
  await expect(hostRow()).toContainText('2 of 2 on');
  await expect(domus.main).not.toContainText('No connection');
});

test('All hosts: totals, search and groups', async () => {
  const { page } = app;
  await domus.row(/^All hosts/).click();
  await expect(domus.main).toContainText('2 of 2 hosts connected');
  await page.getByRole('checkbox', { name: 'Choose lab-host' }).click();
  await page.getByLabel('Group for the chosen hosts').fill('Cellar');
  expect(await domus.axe()).toEqual([]);
  await page.getByRole('button', { name: 'Move to group' }).click();
  await expect(domus.row(/^Cellar/)).toContainText('1 host');
  await page.getByRole('tab', { name: 'Domains', exact: true }).click();
  await page.getByRole('textbox', { name: /Search domains/ }).fill('lab-host pv1');
  await expect(page.getByRole('grid').getByRole('row')).toHaveCount(2);
  expect(await domus.axe()).toEqual([]);
  await page.getByRole('textbox', { name: /Search domains/ }).fill('');
  await page.getByRole('tab', { name: 'Xen lab' }).click();
  await expect(page.getByRole('region', { name: 'Lab 1' })).toContainText('Not made yet');
  expect(await domus.axe()).toEqual([]);
});

test('Disconnect, connect, remove and undo', async () => {
  const { page } = app;
  const command = async (name: string): Promise<void> => {
    await hostRow().click();
    await domus.main.getByRole('button', { name: 'Connection', exact: true }).click();
    await page.getByRole('menuitem', { name: new RegExp(`^${name}`) }).click();
  };
  await command('Disconnect');
  await expect(hostRow()).toContainText('Not connected');
  await command('Connect');
  await expect(hostRow()).toContainText('2 of 2 on');
  await command('Remove host');
  await page.getByRole('alertdialog').getByRole('button', { name: 'Remove host' }).click();
  await expect(hostRow()).toBeHidden();
  await page.getByRole('button', { name: 'Undo' }).click();
  // Its password was forgotten with it.
  await dialog().getByLabel('Password').fill(password);
  await dialog().getByRole('button', { name: 'Log in' }).click();
  await expect(hostRow()).toContainText('2 of 2 on');
});
