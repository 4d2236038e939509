import { expect, test } from '@playwright/test';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type App, launchApp } from '../support/app.ts';
import { DomusWindow } from './support/window.ts';

/** What the New domain dialog says before anything is made: it holds, and what cannot be is refused with the reason. */
test.describe.configure({ mode: 'serial' });

let app: App;
let domus: DomusWindow;
test.beforeAll(async () => {
  app = await launchApp();
  domus = new DomusWindow(app.page);
  await domus.ready();
});
test.afterAll(() => app.close());

const dialog = () => app.page.getByRole('dialog', { name: 'New domain' });
const cfg = (name: string): Promise<string> =>
  readFile(join(app.stateDirectory, 'hosts', 'local', 'etc', 'xen', `${name}.cfg`), 'utf8');
const picture = async (name: string): Promise<void> => {
  const folder = process.env['DOMUS_PICTURES'];
  if (folder) await app.page.screenshot({ path: join(folder, `${name}.png`) });
};
const dropOn = async (selector: string, name: string, text: string): Promise<void> => {
  const data = await app.page.evaluateHandle(`(() => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([${JSON.stringify(text)}], ${JSON.stringify(name)}));
    return transfer;
  })()`);
  await app.page.locator(selector).first().dispatchEvent('drop', { dataTransfer: data });
};

test('each type says what it is on this host, and none is told faster than it is', async () => {
  await domus.button('New domain').click();
  await dialog().getByLabel('Name').fill('plan');
  await domus.createStep('Resources');
  for (const type of ['PVH', 'PV']) {
    const told = new RegExp(`^${type} .*nothing is faster`);
    await expect(dialog().getByRole('radio', { name: told })).toBeEnabled();
  }
  await expect(dialog().getByRole('radio', { name: /^HVM / })).toBeChecked();
  for (const scheme of ['dark', 'light'] as const) {
    await app.page.emulateMedia({ colorScheme: scheme });
    await picture(`wizard-resources-${scheme}`);
    expect(await domus.axe()).toEqual([]);
  }
});

test('memory is held against what is free, and too much is refused with the reason', async () => {
  const memory = dialog().getByLabel('Memory (MiB)');
  await memory.fill('96');
  await expect(dialog().getByText(/left with this running/)).toBeVisible();
  await memory.fill('4');
  await expect(memory).toHaveAttribute('aria-invalid', 'true');
  await memory.fill('999999');
  await expect(memory).toHaveAttribute('aria-invalid', 'true');
  await picture('wizard-too-much');
  await memory.fill('64');
  await domus.createStep('Screen and start');
  await dialog().getByLabel('How many').fill('60');
  await domus.createStep('Resources');
  await memory.fill('1500');
  await expect(dialog().getByText(/are free, and 60 such domains take/)).toBeVisible();
  await expect(memory).toHaveAttribute('aria-invalid', 'true');
  await picture('wizard-tight');
  expect(await domus.axe()).toEqual([]);
  await domus.createStep('Screen and start');
  await dialog().getByLabel('How many').fill('1');
  await domus.createStep('Resources');
  await memory.fill('64');
});

test('the preview is what is written, to the letter', async () => {
  await domus.createStep('Disks');
  await dialog().getByRole('button', { name: 'Add disk' }).click();
  await dialog().getByLabel('Size (GiB)').fill('16M');
  await domus.createStep('Network');
  await dialog().getByRole('button', { name: 'Add network card' }).click();
  await dialog()
    .getByRole('region', { name: 'Network card 1' })
    .getByLabel('MAC address')
    .fill('00:16:3e:00:00:42');
  await domus.createStep('Screen and start');
  await dialog().getByLabel("Don't start").check();
  const preview = dialog().getByLabel('The xl.cfg that will be written');
  await expect(preview).toContainText('00:16:3e:00:00:42');
  await expect(preview).toContainText('plan.img');
  const shown = (await preview.innerText()).trim();
  await app.page.keyboard.press('Enter');
  await expect(dialog()).toBeHidden();
  const made = (text: string): string => text.replaceAll(/(?<=uuid\s*=\s*")[^"]*/g, '…').trim();
  expect(made(await cfg('plan'))).toBe(made(shown));
});

test('an xl.cfg file dropped on the window opens the dialog with it, and boots', async () => {
  const text = 'name = "gift"\ntype = "hvm"\nmemory = 64\nkernel = "/nowhere/bzImage"\n';
  await expect(domus.heading('plan')).toBeVisible();
  await dropOn('main', 'picture.png', 'x');
  await expect(dialog().getByText(/is no CD image, disk image, kernel or xl.cfg file/)).toBeVisible();
  await app.page.keyboard.press('Escape');
  await dropOn('main', 'gift.cfg', text);
  await expect(dialog().getByText('/etc/xen/gift.cfg').first()).toBeVisible();
  await picture('wizard-dropped');
  expect(await domus.axe()).toEqual([]);
  await app.page.keyboard.press('Escape');
  await dropOn(
    'main',
    'gift.cfg',
    (await cfg('plan')).replace(/uuid.*\n/, '').replaceAll(/(?<!images\/)plan/g, 'gift'),
  );
  await expect(dialog().getByText(/xl create -n accepts it/)).toBeVisible();
  await dialog()
    .getByRole('button', { name: /^Create/ })
    .click();
  await expect(domus.heading('gift')).toBeVisible();
  await domus.prompt('gift');
  await domus.type('grep -c 16384 /proc/partitions; ip -o link | grep -c 00:16:3e:00:00:42');
  await domus.consoleShows(/^1\n1$/m);
});
