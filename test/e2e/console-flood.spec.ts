import { expect, test } from '@playwright/test';
import { type App, launchApp } from '../support/app.ts';
import { DomusWindow } from './support/window.ts';

/** 20 MB of guest output: the window stays usable meanwhile and the console ends at the right place. */
let app: App;
test.beforeAll(async () => {
  app = await launchApp();
});
test.afterAll(() => app.close());

test('the window answers while a guest floods its console', async () => {
  const domus = new DomusWindow(app.page);
  await domus.ready();
  await domus.createReadyMade('flood');
  await domus.prompt('flood');
  await domus.type(
    'dd if=/dev/zero bs=64k count=320 2>/dev/null | tr "\\0" "x"; echo; echo flood-$((1+1))-end',
  );
  await expect.poll(() => domus.consoleText()).toMatch(/x{40}/);
  await domus.row(/Domain-0/).click();
  await expect(domus.heading('Domain-0')).toBeVisible();
  await domus.row(/flood/).click();
  await domus.button('Pause').click();
  await expect(domus.main.getByText(/^\s*Paused/).first()).toBeVisible();
  await domus.button('Continue').click();
  await app.page.getByRole('tab', { name: 'Console' }).click();
  await domus.consoleShows(/flood-2-end/, 110_000);
});
