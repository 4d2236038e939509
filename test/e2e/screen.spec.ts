import { expect, type Page, test } from '@playwright/test';
import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { type App, launchApp, root } from '../support/app.ts';
import { DomusWindow } from './support/window.ts';

/** A guest's screen: its picture comes, keys reach it, the wall shows it. */
test.describe.configure({ mode: 'serial' });

let app: App;
let domus: DomusWindow;
test.beforeAll(async () => {
  app = await launchApp();
  domus = new DomusWindow(app.page);
  await domus.ready();
  await domus.createReadyMade('web');
});
test.afterAll(() => app.close());

test('Console → Screen shows the picture of a real guest, with its size', async () => {
  const { page } = app;
  await page.getByRole('tab', { name: 'Console', exact: true }).click();
  await page.getByRole('radio', { name: 'Screen' }).click();
  const bar = page.getByRole('toolbar', { name: 'Screen' });
  await expect(bar.getByRole('status')).toHaveText('Connected', { timeout: 30_000 });
  await expect(bar.getByText(/\d+ × \d+/)).toBeVisible();
  const canvas = page.locator('[data-testid="display-screen"] canvas');
  const lit = () =>
    canvas.evaluate((element: unknown) => {
      type Context = { getImageData(...box: number[]): { data: Uint8ClampedArray } };
      const screen = element as { width: number; height: number; getContext(kind: '2d'): Context };
      const { data } = screen.getContext('2d').getImageData(0, 0, screen.width, screen.height);
      return data.some((value, at) => at % 4 !== 3 && value > 60);
    });
  await expect.poll(lit, { timeout: 30_000 }).toBe(true);
});

const bar = () => app.page.getByRole('toolbar', { name: 'Screen' });
const canvas = () => app.page.locator('[data-testid="display-screen"] canvas');
const text = (page: Page) => page.getByRole('region', { name: 'Text of the screen' });

async function choose(menu: 'Send keys' | 'View', entry: RegExp): Promise<void> {
  await app.page.getByRole('button', { name: menu, exact: true }).click();
  await app.page
    .getByRole('menuitem', { name: entry })
    .or(app.page.getByRole('menuitemcheckbox', { name: entry }))
    .first()
    .click();
}
async function type(line: string): Promise<void> {
  await canvas().click();
  await app.page.keyboard.type(`${line}\n`, { delay: 20 });
}

test('the text of the screen can be read, and what is typed on the screen reaches the guest', async () => {
  await choose('View', /Text of the screen/);
  await expect(text(app.page)).toContainText('root@web:~#', { timeout: 60_000 });
  await choose('View', /The guest has .*US/);
  await type('echo answer-$((40+2))');
  await expect(text(app.page)).toContainText('answer-42', { timeout: 20_000 });
});

test('a text is typed key by key; own key macros are kept and sent', async () => {
  const { page } = app;
  await choose('Send keys', /Type the clipboard/);
  const typing = page.getByRole('dialog', { name: 'Type into the guest' });
  await typing.getByLabel('Text').fill('echo "Typed_$((6*7))"; A=~\n');
  await typing.getByRole('button', { name: 'Type', exact: true }).click();
  await expect(typing).toBeHidden({ timeout: 20_000 });
  await expect(text(page)).toContainText('Typed_42', { timeout: 20_000 });
  await choose('Send keys', /Own key macros/);
  const macros = page.getByRole('dialog', { name: 'Key macros' });
  await macros.getByLabel('Name').fill('Date');
  await macros.getByLabel('Keys').fill('d a t e Space Shift+Q Enter');
  await page.keyboard.press('Enter');
  await expect(macros.getByRole('list', { name: 'Key macros' })).toContainText('Date');
  await macros.getByRole('button', { name: 'Close', exact: true }).last().click();
  await choose('Send keys', /^Date/);
  await expect(text(page)).toContainText('date Q', { timeout: 20_000 });
});

test('more than 16 combinations can be sent; Ctrl+Alt+F2 shows the second terminal', async () => {
  const { page } = app;
  await type('echo the other one >/dev/tty2');
  await page.getByRole('button', { name: 'Send keys', exact: true }).click();
  expect(await page.getByRole('menuitem', { name: /Ctrl\+|Alt\+|Super|Print|Menu/ }).count()).toBeGreaterThan(
    16,
  );
  await page.getByRole('menuitem', { name: /Ctrl\+Alt\+F2/ }).click();
  await expect(text(page)).toContainText(/^the other one$/, { timeout: 20_000 });
  await choose('Send keys', /Ctrl\+Alt\+F1/);
  await expect(text(page)).toContainText('root@web', { timeout: 20_000 });
});

test('the picture fits the window, is shown 1:1, or moved by dragging', async () => {
  const width = async (): Promise<number> => Math.round((await canvas().boundingBox())?.width ?? 0);
  await choose('View', /Text of the screen/);
  await choose('View', /Actual size \(1:1\)/);
  await expect.poll(width).toBe(720);
  await choose('View', /drag to move/);
  await expect.poll(width).toBeLessThanOrEqual(966);
  await choose('View', /Fit the window/);
  await expect.poll(width).not.toBe(720);
});

test('a screenshot is saved as the picture is', async () => {
  const download = app.page.waitForEvent('download');
  await bar().getByRole('button', { name: 'Save a screenshot' }).click();
  const file = await download;
  expect(file.suggestedFilename()).toMatch(/^web.*\.png$/);
  const png = await readFile(await file.path());
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([720, 400]);
});

test('all keys go to the guest until left Ctrl+Alt; the console fills the screen and comes back', async () => {
  const { page } = app;
  const grab = bar().getByRole('button', { name: 'Give all keys to the guest' });
  await grab.click();
  await expect(bar().getByRole('status')).toContainText('All keys go to the guest');
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await page.keyboard.down('ControlLeft');
  await page.keyboard.down('AltLeft');
  await page.keyboard.up('AltLeft');
  await page.keyboard.up('ControlLeft');
  await expect(bar().getByRole('status')).toHaveText('Connected');
  await bar().getByRole('button', { name: 'Full screen' }).click();
  const wide = async (): Promise<number> => (await canvas().boundingBox())?.height ?? 0;
  await expect.poll(wide).toBeGreaterThan(600);
  await bar().getByRole('button', { name: 'Full screen' }).click();
  await expect.poll(wide).toBeLessThan(600);
});

test('a window of its own shows the same screen', async () => {
  const { page } = app;
  const opened = page.context().waitForEvent('page');
  await page.getByRole('button', { name: 'Console in its own window' }).click();
  const popped = await opened;
  await popped.getByRole('radio', { name: 'Screen' }).click();
  await expect(popped.getByRole('toolbar', { name: 'Screen' }).getByRole('status')).toHaveText('Connected', {
    timeout: 20_000,
  });
  await expect(bar().getByRole('button', { name: 'Viewers: 2' })).toBeVisible({ timeout: 20_000 });
  await popped.close();
  await expect(bar().getByRole('button', { name: 'Viewers: 1' })).toBeVisible({ timeout: 20_000 });
});

test('the screen comes back by itself after a reboot', async () => {
  await choose('View', /Text of the screen/);
  await type('clear; reboot');
  await expect(domus.main.getByText('domid 2')).toBeVisible({ timeout: 60_000 });
  await expect(bar().getByRole('status')).toHaveText('Connected', { timeout: 30_000 });
  await expect(text(app.page)).toContainText('root@web:~#', { timeout: 60_000 });
  await type('echo again-$((1+1))');
  await expect(text(app.page)).toContainText('again-2', { timeout: 20_000 });
});

test('who only watches changes nothing', async () => {
  await choose('View', /Watch only/);
  await expect(bar().getByRole('status')).toHaveText('Watching only');
  await type('echo secret-$((2+2))');
  await app.page.waitForTimeout(2000);
  await expect(text(app.page)).not.toContainText('secret');
  await app.page.getByRole('button', { name: 'Send keys', exact: true }).click();
  await expect(app.page.getByRole('menuitem', { name: /Keys and texts/ })).toHaveAttribute(
    'aria-disabled',
    'true',
  );
  await app.page.getByRole('menuitem', { name: /Take .*off/ }).click();
  await expect(bar().getByRole('status')).toHaveText('Connected');
});

test('xl vncviewer shows the screen in the window, and says so when there is none', async () => {
  const xl = (...words: string[]) =>
    spawnSync(process.execPath, ['scripts/bin/xl.mjs', ...words], {
      ...{ cwd: root, encoding: 'utf8' },
      env: { ...process.env, DOMUS_STATE: app.stateDirectory },
    });
  await domus.row(/Domain-0/).click();
  await expect(domus.heading('Domain-0')).toBeVisible();
  const shown = xl('vncviewer', 'web');
  expect([shown.status, shown.stdout, shown.stderr]).toEqual([0, '', '']);
  await expect(domus.heading('web')).toBeVisible();
  await expect(bar()).toBeVisible();
});

test('the wall shows it, and opens it', async () => {
  const { page } = app;
  await page.getByRole('treeitem').first().click();
  await page.getByRole('tab', { name: 'Wall', exact: true }).click();
  const tile = page.getByRole('button', { name: 'Screen of web' });
  await expect(tile.locator('img')).toHaveAttribute('src', /^data:image\/png/, { timeout: 20_000 });
  await tile.click();
  await expect(domus.heading('web')).toBeVisible();
});
