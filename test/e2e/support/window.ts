import { expect, type Locator, type Page } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface AxeResult {
  violations: { id: string; impact: string; help: string; nodes: { target: string[]; html: string }[] }[];
}

/** The Domus window as a person uses it: by role and name, never by class. */
export class DomusWindow {
  readonly page: Page;
  readonly tree: Locator;
  readonly activity: Locator;
  readonly main: Locator;

  constructor(page: Page) {
    this.page = page;
    this.tree = page.getByRole('tree', { name: 'Hosts and domains' });
    this.activity = page.locator('[aria-label="Activity"]').first();
    this.main = page.getByRole('main');
  }

  row(name: string | RegExp): Locator {
    return this.tree.getByRole('treeitem', { name });
  }

  heading(name: string): Locator {
    return this.page.getByRole('heading', { level: 1, name });
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole('button', { name }).first();
  }

  async ready(): Promise<void> {
    await expect(this.row(/Domain-0/)).toBeVisible();
  }

  /** Goes to a step of the New domain dialog. */
  async createStep(name: string): Promise<void> {
    const rail = this.page.getByRole('navigation', { name: 'Steps' });
    await rail.getByRole('button', { name: new RegExp(`^${name}`) }).click();
  }

  /** New domain → name → Enter: the ready-made Linux, started. */
  async createReadyMade(name: string): Promise<void> {
    await this.button('New domain').click();
    const dialog = this.page.getByRole('dialog', { name: 'New domain' });
    await dialog.getByLabel('Name').fill(name);
    await expect(dialog.getByText(`/etc/xen/${name}.cfg`).first()).toBeVisible();
    await this.page.keyboard.press('Enter');
    await expect(dialog).toBeHidden();
    await expect(this.heading(name)).toBeVisible();
  }

  /** What the serial console shows, without line ends of the terminal. */
  async consoleText(): Promise<string> {
    const rows = await this.page.locator('[data-testid="serial-screen"] .xterm-rows > div').allInnerTexts();
    return rows.map((row) => row.replaceAll('\u00a0', ' ').trimEnd()).join('\n');
  }

  async consoleShows(pattern: RegExp, timeout = 60_000): Promise<void> {
    await expect.poll(() => this.consoleText(), { timeout }).toMatch(pattern);
  }

  async prompt(name: string): Promise<void> {
    await this.consoleShows(new RegExp(`root@${name}:~#\\s*$`));
  }

  async type(text: string): Promise<void> {
    await this.page.locator('[data-testid="serial-screen"] textarea').focus();
    await this.page.keyboard.type(`${text}\n`);
  }

  /** Serious and critical findings of axe on what is shown, one line each. */
  async axe(): Promise<string[]> {
    await this.page.evaluate(axeSource);
    const result = await this.page.evaluate<AxeResult>(
      'axe.run(document, { resultTypes: ["violations"], runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "best-practice"] })',
    );
    return result.violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(
        ({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`,
      );
  }
}
