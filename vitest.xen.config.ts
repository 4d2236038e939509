import { defineConfig } from 'vitest/config';

/** Tests against a real Xen host in the lab: `npm run test:xen`. Each file may start one; they run one after the other. */
export default defineConfig({
  test: {
    name: 'xen',
    include: ['test/xen/**/*.test.ts'],
    testTimeout: 300_000,
    hookTimeout: 600_000,
    fileParallelism: false,
  },
});
