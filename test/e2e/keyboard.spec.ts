import { expect, test } from '@playwright/test';
import { type App, launchApp } from '../support/app.ts';
import { DomusWindow } from './support/window.ts';

/** Everything by keyboard, in both themes, without serious findings of axe. */
let app: App;
let domus: DomusWindow;
test.beforeAll(async () => {
  app = await launchApp({ viewport: { width: 1024, height: 640 } });
  domus = new DomusWindow(app.page);
  await domus.ready();
});
test.afterAll(() => app.close());

test('palette: a command is found, run and explained', async () => {
  const { page } = app;
  await page.keyboard.press('Control+k');
  const input = page.getByRole('combobox', { name: /Search domains/ }).last();
  await expect(input).toBeFocused();
  await input.fill('dark');
  await page.keyboard.press('Enter');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
});

for (const theme of ['dark', 'light'] as const) {
  test(`axe: host page and dialogs, ${theme}`, async () => {
    const { page } = app;
    await page.keyboard.press('Control+k');
    await page.keyboard.type(`${theme} theme`);
    await page.keyboard.press('Enter');
    await expect(page.locator('html')).toHaveAttribute('data-theme', theme);
    await domus.row(/.+/).first().click();
    expect(await domus.axe()).toEqual([]);
    await domus.button('New domain').click();
    await expect(page.getByRole('dialog', { name: 'New domain' })).toBeVisible();
    await page.waitForTimeout(400);
    expect(await domus.axe()).toEqual([]);
    await page.keyboard.press('Escape');
  });
}

test('a domain is created, found by filter and opened without the mouse', async () => {
  const { page } = app;
  await page.keyboard.press('Alt+n');
  const dialog = page.getByRole('dialog', { name: 'New domain' });
  await expect(dialog.getByLabel('Name')).toBeFocused();
  await page.keyboard.type('keys');
  await page.keyboard.press('Enter');
  await expect(domus.heading('keys')).toBeVisible();
  await domus.prompt('keys');
  await domus.row(/Domain-0/).click();
  await page.keyboard.press('/');
  await page.keyboard.type('keys');
  await expect(domus.row(/Domain-0/)).toHaveCount(0);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(domus.heading('keys')).toBeVisible();
  expect(await domus.axe()).toEqual([]);
  for (const tab of ['Overview', 'Performance', 'Config']) {
    await page.getByRole('tab', { name: tab }).click();
    await page.waitForTimeout(200);
    expect(await domus.axe(), tab).toEqual([]);
  }
});

test('what cannot be done says why', async () => {
  const { page } = app;
  await domus.row(/keys/).click();
  await page.keyboard.press('Control+k');
  await page.keyboard.type('continue keys');
  await expect(page.getByRole('dialog')).toContainText('keys is running.');
  await page.keyboard.press('Escape');
});
