import { expect, test, type Locator } from '@playwright/test';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type App, launchApp } from '../support/app.ts';
import { DomusWindow } from './support/window.ts';

/** A guest is saved, goes on, is checkpointed and restored from the window; what it had in memory is there again. */
test.describe.configure({ mode: 'serial' });

let app: App;
let domus: DomusWindow;
test.beforeAll(async () => {
  app = await launchApp();
  domus = new DomusWindow(app.page);
  await domus.ready();
  await domus.createReadyMade('web');
  await domus.prompt('web');
});
test.afterAll(() => app.close());

const dialog = (): Locator => app.page.getByRole('dialog');
const tab = (name: string): Promise<void> => app.page.getByRole('tab', { name, exact: true }).click();
const row = (path: string): Locator =>
  app.page.getByRole('row').filter({ has: app.page.getByText(path, { exact: true }) });
const commands = (): Locator => app.page.getByText(/^xl /);

test('an empty page says what saves are for; a checkpoint leaves the guest running', async () => {
  const { page } = app;
  await domus.type('MARK=kept-$((6*7))');
  await tab('Saves');
  await expect(page.getByRole('heading', { name: 'web has no saves' })).toBeVisible();
  expect(await domus.axe()).toEqual([]);
  await page.getByRole('main').getByRole('button', { name: 'Save to a file…' }).click();
  await expect(dialog()).toContainText('xl save web /var/lib/xen/save/web');
  await dialog().getByRole('radio', { name: 'It runs on' }).click();
  await expect(dialog()).toContainText('xl save -c web /var/lib/xen/save/web');
  expect(await domus.axe()).toEqual([]);
  await dialog().getByRole('button', { name: 'Save', exact: true }).click();
  await expect(row('/var/lib/xen/save/web')).toContainText('64 MiB');
  await expect(domus.main.getByText(/Running/).first()).toBeVisible();
  await expect(row('/var/lib/xen/save/web').getByRole('button', { name: /^Restore/ })).toHaveAttribute(
    'aria-disabled',
    'true',
  );
  expect(await domus.axe()).toEqual([]);
});

test('a bad place is refused in the dialog, and the guest goes on', async () => {
  const { page } = app;
  await page.getByRole('main').getByRole('button', { name: 'Save to a file…' }).click();
  await expect(dialog().getByLabel('File', { exact: true })).toHaveValue('/var/lib/xen/save/web-2');
  await dialog().getByLabel('File', { exact: true }).fill('/var/lib/nowhere/web');
  await dialog().getByRole('button', { name: 'Save', exact: true }).click();
  await expect(dialog().getByRole('alert')).toContainText('There is no folder /var/lib/nowhere.');
  await page.keyboard.press('Escape');
  await expect(domus.main.getByText(/Running/).first()).toBeVisible();
});

test('saved, it is off and says so; restored, it goes on where it was', async () => {
  const { page } = app;
  await page.getByRole('main').getByRole('button', { name: 'Save to a file…' }).click();
  await dialog().getByLabel('File', { exact: true }).fill('/var/lib/xen/save/night');
  await dialog().getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByText(/It was saved on .* goes on from there/)).toBeVisible();
  await page.getByRole('button', { name: 'Restore', exact: true }).click();
  await expect(page.getByText(/It was saved on/)).toBeHidden();
  await tab('Console');
  await domus.type('echo "<$MARK>"');
  await domus.consoleShows(/<kept-42>/);
  await expect(commands().filter({ hasText: 'xl restore /var/lib/xen/save/night' })).toBeVisible();
});

test('what is no save is not restored; the page of the host restores from any file and deletes', async () => {
  const { page } = app;
  await domus.button('Shut down').click();
  await page.getByRole('menuitem', { name: 'Force off' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Force off' }).click();
  await expect(domus.main.getByText('Off').first()).toBeVisible();
  await page.getByRole('treeitem').first().click();
  await tab('Saves');
  await page.getByRole('main').getByRole('button', { name: 'Restore from a file…' }).click();
  const file = dialog().getByLabel('Save', { exact: true });
  await file.fill('/etc/xen/web.cfg');
  await expect(dialog()).toContainText(/save/i);
  await expect(dialog().getByRole('button', { name: 'Restore' })).toHaveAttribute('aria-disabled', 'true');
  await file.fill('/var/lib/xen/save/night');
  await expect(dialog()).toContainText('web, 64 MiB, saved on');
  await dialog().getByLabel('Leave it paused').check();
  await expect(dialog()).toContainText('xl restore -p /var/lib/xen/save/night');
  await dialog().getByRole('button', { name: 'Restore' }).click();
  await expect(domus.heading('web')).toBeVisible();
  await expect(domus.main.getByText(/Paused/).first()).toBeVisible();
  await tab('Saves');
  await page.getByRole('button', { name: 'More for night' }).click();
  await page.getByRole('menuitem', { name: 'Delete save' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Delete save' }).click();
  await expect(row('/var/lib/xen/save/night')).toBeHidden();
});

test('what becomes of domains when Domus ends is set in the host’s settings', async () => {
  const { page } = app;
  await page.getByRole('treeitem').first().click();
  await page.getByRole('button', { name: 'Host settings' }).click();
  await dialog().getByRole('radio', { name: 'Shut them down' }).click();
  await dialog().getByLabel('Seconds for all of them').fill('0');
  await expect(dialog().getByRole('button', { name: 'Save', exact: true })).toHaveAttribute(
    'aria-disabled',
    'true',
  );
  await dialog().getByLabel('Seconds for all of them').fill('30');
  expect(await domus.axe()).toEqual([]);
  await dialog().getByRole('button', { name: 'Save', exact: true }).click();
  await expect(dialog()).toBeHidden();
  const text = await readFile(join(app.stateDirectory, 'hosts/local/etc/default/xendomains'), 'utf8');
  expect(text).toMatch(/^XENDOMAINS_SAVE=$/m);
  expect(text).toMatch(/^XENDOMAINS_STOP_MAXWAIT=30$/m);
});
