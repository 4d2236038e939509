import { expect, test } from '@playwright/test';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type App, launchApp } from '../support/app.ts';
import { makeInstalledDisk } from '../support/installed-disk.ts';
import { DomusWindow } from './support/window.ts';

/** A domain that boots from its own disk: its menu is seen beforehand, and one entry is started. */
const disk = '/var/lib/xen/images/own.img';
let state: string;
let app: App;
let domus: DomusWindow;
test.beforeAll(async () => {
  state = await mkdtemp(join(tmpdir(), 'domus-e2e-'));
  const host = join(state, 'hosts', 'local');
  await makeInstalledDisk(join(host, disk));
  await mkdir(join(host, 'etc/xen'), { recursive: true });
  const text = `name = "own"\nmemory = 64\nbootloader = "pygrub"\ndisk = [ "${disk},raw,xvda,w" ]\n`;
  await writeFile(join(host, 'etc/xen/own.cfg'), text);
  app = await launchApp({ state });
  domus = new DomusWindow(app.page);
  await domus.ready();
});
test.afterAll(async () => {
  await app.close();
  await rm(state, { recursive: true, force: true });
});

test('the menu of its own disk is shown, and the chosen entry boots with further arguments', async () => {
  const { page } = app;
  await domus.row(/own/).click();
  await page.getByRole('tab', { name: 'Overview' }).click();
  const card = page.getByRole('region', { name: 'Boot menu' });
  await expect(card.getByRole('listitem')).toHaveText([/First.*boots after 30 s/, /Second/]);
  await card.getByRole('button', { name: 'Start with boot menu' }).click();
  const dialog = page.getByRole('dialog', { name: 'Start own with its boot menu' });
  await expect(dialog.getByRole('radio', { name: /First/ })).toBeChecked();
  await dialog.getByRole('radio', { name: /Second/ }).check();
  await dialog.getByRole('textbox', { name: 'Further kernel arguments' }).fill('more=yes');
  const line = `xl create /etc/xen/own.cfg 'bootloader_args=["--entry=1","--args=more=yes"]'`;
  await expect(dialog).toContainText(line);
  expect(await domus.axe()).toEqual([]);
  await dialog.getByRole('button', { name: 'Start' }).click();
  await expect(dialog).toBeHidden();
  await expect(domus.activity).toContainText(line);
  await page.getByRole('tab', { name: 'Console' }).click();
  await domus.prompt('domus');
  await domus.type('cat /proc/cmdline');
  await domus.consoleShows(/chosen=second more=yes/);
});
