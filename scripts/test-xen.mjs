// npm run test:xen: tests against a real Xen host, which is built and booted for it under QEMU.
// Its last line is that of `npm test`: `N passed, N failed`.
import { bootstrap, giveUp } from './bootstrap.mjs';
import { canTestXen, testXen } from './xen.mjs';

bootstrap([]);
const { missing } = canTestXen();
if (missing.length > 0) giveUp(missing.join('\n'));
const { passed, failed } = testXen({ whole: true });
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);
