import { expect, test } from '@playwright/test';
import { type App, launchApp } from '../support/app.ts';
import { DomusWindow } from './support/window.ts';

/** The way of somebody who opens Domus for the first time, on one real guest from creation to deletion. */
test.describe.configure({ mode: 'serial' });

let app: App;
let domus: DomusWindow;
test.beforeAll(async () => {
  app = await launchApp();
  domus = new DomusWindow(app.page);
});
test.afterAll(() => app.close());

test('an empty host invites to the first domain', async () => {
  await domus.ready();
  await expect(app.page).toHaveTitle(/Domus/);
  await expect(domus.button('Create your first domain')).toBeVisible();
  expect(app.page.url()).not.toContain('token');
});

test('name, Enter: a real Linux boots and its console answers', async () => {
  await domus.createReadyMade('web');
  await domus.prompt('web');
  await domus.type('echo answer=$((6*7)); grep -c processor /proc/cpuinfo');
  await domus.consoleShows(/answer=42/);
  await expect(domus.activity).toContainText('Create web');
  await expect(domus.activity).toContainText('xl create /etc/xen/web.cfg');
});

test('its CPU moves on the graph', async () => {
  await app.page.getByRole('tab', { name: 'Performance' }).click();
  const cpu = app.page.getByRole('group', { name: /^CPU/ }).first();
  await expect.poll(() => cpu.getAttribute('aria-label')).toMatch(/CPU: .*\d/);
  await app.page.getByRole('tab', { name: 'Console' }).click();
  await domus.type('while :; do :; done &');
  await app.page.getByRole('tab', { name: 'Performance' }).click();
  await expect
    .poll(async () => Number(/([\d.]+) %/.exec((await cpu.getAttribute('aria-label')) ?? '')?.[1] ?? 0), {
      timeout: 30_000,
    })
    .toBeGreaterThan(30);
  await app.page.getByRole('tab', { name: 'Console' }).click();
  await domus.type('kill %1');
});

test('Pause freezes it, Continue lets it go on', async () => {
  await domus.button('Pause').click();
  await expect(domus.main.getByText(/^\s*Paused/).first()).toBeVisible();
  await domus.type('echo after=$((40+4))');
  await app.page.waitForTimeout(500);
  expect(await domus.consoleText()).not.toMatch(/after=44/);
  await domus.button('Continue').click();
  await domus.consoleShows(/after=44/);
  await expect(domus.activity).toContainText('xl pause web');
});

test('a second window sees the same past and present', async () => {
  test.skip(app.mode === 'desktop', 'the shell has one window');
  const page = await app.page.context().newPage();
  await page.goto(app.url);
  const second = new DomusWindow(page);
  await second.row(/web/).click();
  await page.getByRole('tab', { name: 'Console' }).click();
  await second.consoleShows(/answer=42/);
  await second.type('echo typed-in-second');
  await domus.consoleShows(/typed-in-second/);
  await page.close();
});

test('reopening the page shows the past of the graphs and the console', async () => {
  await app.page.reload();
  await domus.ready();
  await domus.row(/web/).click();
  await app.page.getByRole('tab', { name: 'Console' }).click();
  await domus.consoleShows(/answer=42/);
});

test('Shut down presses the power button and the guest obeys', async () => {
  await domus.button('Shut down').click();
  await app.page.getByRole('menuitem', { name: 'Shut down' }).click();
  await expect(domus.main.getByText(/^\s*Off/).first()).toBeVisible({ timeout: 60_000 });
  await expect(domus.activity).toContainText('xl shutdown web');
});

test('Run starts it again with a larger domid; Force off asks once', async () => {
  await domus.button('Run').click();
  await expect(domus.main.getByText(/domid 2/)).toBeVisible();
  await domus.button('Shut down').click();
  await app.page.getByRole('menuitem', { name: 'Force off' }).click();
  const confirm = app.page.getByRole('alertdialog').or(app.page.getByRole('dialog'));
  await expect(confirm).toContainText('lost');
  await confirm.getByRole('button', { name: 'Force off' }).click();
  await expect(domus.main.getByText(/^\s*Off/).first()).toBeVisible();
});

test('deleting the definition can be undone', async () => {
  const remove = async (): Promise<void> => {
    await domus.button('Shut down').click();
    await app.page.getByRole('menuitem', { name: 'Delete definition' }).click();
    const confirm = app.page.getByRole('alertdialog').or(app.page.getByRole('dialog'));
    await expect(confirm).toContainText('It has no storage of its own.');
    await confirm.getByRole('button', { name: 'Delete definition' }).click();
    await expect(domus.row(/web/)).toHaveCount(0);
  };
  await remove();
  await app.page.getByRole('button', { name: 'Undo' }).click();
  await expect(domus.row(/web/)).toBeVisible();
  await domus.row(/web/).click();
  await remove();
});
