import { expect, test } from '@playwright/test';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type App, launchApp } from '../support/app.ts';
import { DomusWindow } from './support/window.ts';

/** What cannot work is refused where it was typed, in words, and leaves nothing behind. */
let app: App;
let domus: DomusWindow;
test.beforeAll(async () => {
  app = await launchApp();
  domus = new DomusWindow(app.page);
  await domus.ready();
});
test.afterAll(() => app.close());
test.afterEach(async () => {
  await app.page.keyboard.press('Escape');
  await expect(app.page.getByRole('dialog')).toHaveCount(0);
});

const dialog = () => app.page.getByRole('dialog', { name: 'New domain' });

for (const { name, says } of [
  { name: '', says: /needs a name/ },
  { name: '17', says: /taken for a domid/ },
  { name: 'a b', says: /letters, digits/ },
  { name: '../etc', says: /letters, digits/ },
]) {
  test(`the name "${name}" is refused while typing`, async () => {
    await domus.button('New domain').click();
    await dialog().getByLabel('Name').fill('x');
    await dialog().getByLabel('Name').fill(name);
    await expect(dialog().getByText(says)).toBeVisible();
  });
}

for (const { memory, says } of [
  { memory: '0', says: /at least 8 MiB/ },
  { memory: '-5', says: /at least 8 MiB/ },
  { memory: '99999999', says: /at most 2047 MiB/ },
]) {
  test(`memory ${memory} is refused while typing`, async () => {
    await domus.button('New domain').click();
    await domus.createStep('Resources');
    await dialog()
      .getByLabel(/Memory/)
      .fill(memory);
    await expect(dialog().getByText(says)).toBeVisible();
  });
}

test('a kernel that is not there, and a file that is no kernel', async () => {
  await domus.button('New domain').click();
  await dialog().getByText('Kernel', { exact: true }).click();
  await dialog().getByLabel('Name').fill('broken');
  await dialog().getByLabel('Kernel', { exact: true }).last().fill('/nowhere/bzImage');
  await dialog()
    .getByRole('button', { name: /^Create/ })
    .click();
  await expect(
    dialog()
      .getByText(/\/nowhere\/bzImage/)
      .last(),
  ).toBeVisible();
  const text = join(app.stateDirectory, 'text');
  await writeFile(text, 'not a kernel');
  await dialog().getByLabel('Kernel', { exact: true }).last().fill(text);
  await dialog()
    .getByRole('button', { name: /^Create/ })
    .click();
  await expect(
    dialog()
      .getByText(/not a .*kernel/i)
      .first(),
  ).toBeVisible();
  await app.page.keyboard.press('Escape');
  await expect(domus.row(/broken/)).toHaveCount(0);
});

test('a name that is taken', async () => {
  const create = async (): Promise<void> => {
    await domus.button('New domain').click();
    await dialog().getByLabel('Name').fill('twin');
    await domus.createStep('Screen and start');
    await dialog().getByText("Don't start").click();
    await dialog()
      .getByRole('button', { name: /^Create/ })
      .click();
  };
  await create();
  await expect(domus.row(/twin/)).toBeVisible();
  await create();
  await expect(
    dialog()
      .getByText(/twin/)
      .filter({ hasText: /already|taken|exists/i })
      .first(),
  ).toBeVisible();
});
