// npm run lab: real Xen hosts under QEMU, without the window. `npm run lab -- help` lists the commands.
import { bootstrap } from './bootstrap.mjs';

bootstrap(['engine']);
await import('../dist/engine/lab.js');
