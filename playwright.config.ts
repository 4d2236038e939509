import { defineConfig } from '@playwright/test';

/** Real windows take the keyboard from each other on one display. */
const realWindows = process.env['DOMUS_E2E_MODE'] === 'desktop' && !process.env['DOMUS_E2E_STAND_IN'];

/** End-to-end specs drive Domus as `npm start` opens it: each file has an engine of its own. */
export default defineConfig({
  testDir: 'test/e2e',
  testMatch: '**/*.spec.ts',
  outputDir: 'test-results',
  workers: realWindows ? 1 : 2,
  retries: 1,
  fullyParallel: false,
  timeout: 120_000,
  expect: { timeout: 15_000 },
  reporter: [['line']],
  use: { trace: 'retain-on-failure' },
});
