import { expect, test, type Locator } from '@playwright/test';
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type App, launchApp, root } from '../support/app.ts';
import { DomusWindow } from './support/window.ts';

/** The pages of dom0's own tools, on one real guest: what is changed there is really changed. */
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

const host = (): Locator => app.page.getByRole('treeitem').first();
const tab = async (name: string): Promise<void> => {
  await app.page.getByRole('tab', { name, exact: true }).click();
};
const showHost = async (name: string): Promise<void> => {
  await host().click();
  await tab(name);
};
const showGuest = async (name: string): Promise<void> => {
  await domus.row(/web/).click();
  await tab(name);
};
const dialog = (): Locator => app.page.getByRole('dialog');

test('Domains: rows are chosen by keyboard, a command on many asks once and says whom it leaves out', async () => {
  const { page } = app;
  await showHost('Domains');
  const grid = page.getByRole('grid');
  await expect(grid.getByRole('row', { name: /web/ })).toContainText(/65 MiB/);
  await grid.focus();
  await page.keyboard.press('Control+a');
  const bar = page.getByRole('toolbar', { name: 'Commands for the chosen domains' });
  await expect(bar).toContainText('2 chosen');
  expect(await domus.axe()).toEqual([]);
  await bar.getByRole('button', { name: 'Pause' }).click();
  const question = page.getByRole('alertdialog');
  await expect(question).toContainText('Domain-0 cannot be paused: it runs the host.');
  await expect(question).toContainText('xl pause web');
  await question.getByRole('button', { name: 'Pause' }).click();
  await expect(grid.getByRole('row', { name: /web/ })).toContainText('Paused');
  await bar.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Continue' }).click();
  await expect(grid.getByRole('row', { name: /web/ })).toContainText('Running');
});

test('Domains: what the filter leaves is exported', async () => {
  const { page } = app;
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Choose none' }).click();
  await page.getByRole('textbox', { name: /Filter domains/ }).fill('web');
  await expect(page.getByRole('grid').getByRole('row')).toHaveCount(2);
  await page.getByRole('button', { name: 'Export' }).click();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: 'Export domains as JSON' }).click(),
  ]);
  const lines = JSON.parse(await readFile(await download.path(), 'utf8')) as { name: string }[];
  expect(lines.map(({ name }) => name)).toEqual(['web']);
  await page.getByRole('textbox', { name: /Filter domains/ }).fill('');
});

test('Network and Storage: the guest’s card is at its bridge, the images are in their folder', async () => {
  const { page } = app;
  await showHost('Network');
  const ports = page.getByRole('region', { name: 'Ports of xenbr0' });
  await expect(ports.getByRole('row', { name: /vif1\.0/ })).toContainText(/web.*00:16:3e.*Up/);
  expect(await domus.axe()).toEqual([]);
  await showHost('Storage');
  const images = page.getByRole('region', { name: '/var/lib/xen/images', exact: true });
  await expect(images).toContainText(/Folder.*free of/);
  await expect(images).toContainText('It is empty.');
  expect(await domus.axe()).toEqual([]);
  await showHost('Network');
  await ports.getByRole('button', { name: 'web' }).click();
  await expect(domus.heading('web')).toBeVisible();
});

test('Scheduler: a wrong weight is refused at its field, a right one holds', async () => {
  const { page } = app;
  await showHost('Scheduler');
  const weight = page.getByRole('textbox', { name: 'Weight of web' });
  await weight.fill('0');
  await expect(page.getByRole('alert')).toContainText('from 1 to 65535');
  await weight.fill('512');
  await weight.press('Enter');
  await expect(domus.activity).toContainText('xl sched-credit2 -d web -w 512');
  await expect(weight).toHaveValue('512');
  expect(await domus.axe()).toEqual([]);
  await page.getByRole('button', { name: 'Commands for web' }).click();
  await page.getByRole('menuitem', { name: 'Pin vCPUs' }).click();
  await dialog().getByRole('textbox', { name: 'Hard affinity' }).fill('0');
  await expect(dialog()).toContainText('xl vcpu-pin web all 0 all');
  await dialog().getByRole('button', { name: 'Pin', exact: true }).click();
  await expect(dialog()).toBeHidden();
  await expect(page.getByText('0 / all')).toBeVisible();
});

test('Log: the hypervisor’s ring is followed and filtered', async () => {
  const { page } = app;
  await showHost('Log');
  const lines = page.getByRole('region', { name: 'Lines of xl dmesg' });
  await expect(lines).toContainText(/\(XEN\)/);
  await page.getByRole('textbox', { name: 'Filter lines' }).fill('no such words');
  await expect(lines).not.toContainText('(XEN)');
  await page.getByRole('textbox', { name: 'Filter lines' }).fill('xen');
  await expect(lines.locator('mark').first()).toBeVisible();
  expect(await domus.axe()).toEqual([]);
});

test('Terminal: shells in tabs, with xl and friends for this engine', async () => {
  const { page } = app;
  await showHost('Terminal');
  const screen = page.locator('[data-testid="shell-screen"] .xterm-rows');
  const type = (line: string) => page.keyboard.type(`${line}\n`);
  await expect(screen).toContainText('dom0:');
  await type('xl domid web; xenstore-read /local/domain/1/name');
  await expect(screen).toContainText(/1\s*web/);
  await type('xl list | head -1; echo state=$DOMUS_STATE');
  await expect(screen).toContainText(/Name\s+ID\s+Mem\s+VCPUs\s+State\s+Time\(s\)/);
  await expect(screen).toContainText(`state=${app.stateDirectory}`);
  expect(await domus.axe()).toEqual([]);
  await page.getByRole('button', { name: 'New shell' }).click();
  await expect(page.getByRole('tab', { name: 'Shell 2' })).toHaveAttribute('aria-selected', 'true');
  await expect(screen).toContainText('dom0:');
  await expect(screen).not.toContainText('Mem');
  await type('exit 5');
  await expect(page.getByText('The shell ended with code 5.')).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(screen).toContainText('dom0:');
  await page.getByRole('button', { name: 'Close this shell' }).click();
  await expect(screen).toContainText('VCPUs');
});

/** As somebody in another window's shell does. */
function xenstoreWrite(path: string, value: string): void {
  const program = join(root, 'scripts', 'bin', 'xenstore-write.mjs');
  execFileSync(process.execPath, [program, path, value], {
    env: { ...process.env, DOMUS_STATE: app.stateDirectory },
  });
}

test('XenStore: a change made elsewhere shows by itself; a value is written', async () => {
  const { page } = app;
  await showGuest('XenStore');
  const tree = page.getByRole('tree', { name: 'XenStore of web' });
  await tree.focus();
  await page.keyboard.type('mem');
  await page.keyboard.press('ArrowRight');
  await expect(tree.getByRole('treeitem', { name: /^target/ })).toBeVisible();
  await page.keyboard.type('name');
  await expect(page.getByRole('textbox', { name: 'Value', exact: true })).toHaveValue('web');
  await page.keyboard.press('Home');
  await page.keyboard.type('data');
  await page.getByRole('button', { name: 'Watch' }).click();
  await page.getByRole('textbox', { name: 'Value', exact: true }).fill('by hand');
  await page.getByRole('button', { name: 'Write' }).click();
  await expect(tree.getByRole('treeitem', { name: /data = by hand/ })).toBeVisible();
  await expect(domus.activity).toContainText('xenstore-write /local/domain/1/data');
  xenstoreWrite('/local/domain/1/data', 'elsewhere');
  await expect(tree.getByRole('treeitem', { name: /data = elsewhere/ })).toBeVisible();
  await expect(page.getByRole('region', { name: 'Watched' })).toContainText('elsewhere');
  expect(await domus.axe()).toEqual([]);
});

test('Config: the real parser marks a mistake; a change is reviewed and written', async () => {
  const { page } = app;
  await showGuest('Config');
  const editor = page.getByRole('textbox', { name: 'Configuration of web' });
  await editor.focus();
  await page.keyboard.press('Control+End');
  await page.keyboard.type('vcpus = = 1');
  await expect(domus.main).toContainText(/config parsing error near `='/);
  expect(await domus.axe()).toEqual([]);
  await page.getByRole('button', { name: 'Discard' }).click();
  await page.getByRole('radio', { name: 'Form' }).click();
  await page.getByRole('textbox', { name: 'Memory (MiB)', exact: true }).fill('96');
  await expect(domus.main).toContainText('xl create -n accepts it');
  await page.getByRole('button', { name: 'Review changes' }).click();
  await expect(dialog()).toContainText('takes effect at its next start');
  await expect(dialog()).toContainText('memory = 96');
  expect(await domus.axe()).toEqual([]);
  await dialog().getByRole('button', { name: 'Apply' }).click();
  await expect(dialog()).toBeHidden();
  await expect(domus.activity).toContainText('Configure web');
});

test('Import: an old file is converted and every change is listed', async () => {
  const { page } = app;
  await page.getByRole('button', { name: 'Import old configuration' }).click();
  await dialog().getByLabel('Old file').fill("import os\nname = 'old'\nbuilder = 'hvm'\nmemory = 32\n");
  await expect(dialog().getByRole('region', { name: 'What was changed' })).toContainText('import os');
  await dialog().getByRole('button', { name: 'Define the domain' }).click();
  await expect(domus.heading('old')).toBeVisible();
  await tab('XenStore');
  await expect(domus.main).toContainText('old is off');
});

test('Glossary: found in the palette, searched, in the dark too', async () => {
  const { page } = app;
  await page.keyboard.press('Control+k');
  await page.keyboard.type('dark theme');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Control+k');
  await page.keyboard.type('glossary');
  await page.keyboard.press('Enter');
  await page.getByRole('textbox', { name: 'Search the glossary' }).fill('vbd');
  await expect(dialog()).toContainText('virtual block device');
  expect(await domus.axe()).toEqual([]);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await expect(dialog()).toBeHidden();
  for (const name of ['Domains', 'Network', 'Storage', 'Scheduler', 'XenStore', 'Log']) {
    await showHost(name);
    await page.waitForTimeout(600);
    expect(await domus.axe(), name).toEqual([]);
  }
});
