import { expect, test } from '@playwright/test';
import { type App, launchApp } from '../support/app.ts';
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

test('keys can be sent by menu, and the view only watches when asked to', async () => {
  const { page } = app;
  await page.getByRole('button', { name: 'Send keys' }).click();
  await page.getByRole('menuitem', { name: /Ctrl\+Alt\+F2/ }).click();
  await page.getByRole('button', { name: 'View', exact: true }).click();
  await page.getByRole('menuitem', { name: /Watch only/ }).click();
  const bar = page.getByRole('toolbar', { name: 'Screen' });
  await expect(bar.getByRole('status')).toHaveText('Watching only');
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
