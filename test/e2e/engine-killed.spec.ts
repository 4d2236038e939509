import { expect, test } from '@playwright/test';
import { type App, launchApp } from '../support/app.ts';
import { DomusWindow } from './support/window.ts';

/** `kill -9` of the engine while a guest runs: nothing configured is lost, and the window says what happened. */
let app: App;
test.beforeAll(async () => {
  app = await launchApp();
});
test.afterAll(() => app.close());

test('the window reconnects by itself, says what was lost, and starts it again', async () => {
  const domus = new DomusWindow(app.page);
  await domus.ready();
  await domus.createReadyMade('survivor');
  await domus.prompt('survivor');
  await app.killEngine();
  await expect(app.page.getByText('The engine was restarted.')).toBeVisible({ timeout: 30_000 });
  await expect(app.page.getByText(/1 domain was running and is now off: survivor/)).toBeVisible();
  await expect(domus.row(/survivor/)).toBeVisible();
  await domus.button('Start again').click();
  await domus.row(/survivor/).click();
  await app.page.getByRole('tab', { name: 'Console' }).click();
  await domus.prompt('survivor');
  await expect(domus.main.getByText(/domid 2/)).toBeVisible();
});
