import { defineConfig } from '@playwright/test';

/** End-to-end specs drive Domus as `npm start` opens it, one after the other: each has an engine of its own. */
export default defineConfig({
  testDir: 'test/e2e',
  testMatch: '**/*.spec.ts',
  outputDir: 'test-results',
  workers: 1,
  fullyParallel: false,
  timeout: 120_000,
  expect: { timeout: 15_000 },
  reporter: [['line']],
  use: { trace: 'retain-on-failure' },
});
