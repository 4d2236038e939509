import { guard, type XlContext } from '../context.ts';
import type { CommandTable } from '../program.ts';
import { blockCommands } from './block.ts';
import { consoleCommands } from './console.ts';
import { cpupoolCommands } from './cpupool.ts';
import { createCommands } from './create.ts';
import { deviceListCommands } from './device-list.ts';
import { hostCommands } from './host.ts';
import { lifeCommands } from './life.ts';
import { listCommands } from './list.ts';
import { memoryCommands } from './memory.ts';
import { networkCommands } from './network.ts';
import { otherDeviceCommands } from './other-devices.ts';
import { passthroughCommands } from './passthrough.ts';
import { psrCommands } from './psr.ts';
import { schedulerCommands } from './sched.ts';
import { shutdownCommands } from './shutdown.ts';
import { stateCommands } from './state.ts';
import { topCommands } from './top.ts';
import { vcpuCommands } from './vcpu.ts';

/** Every subcommand of `xl help`. */
export const xlCommands: CommandTable<XlContext> = guard({
  ...hostCommands,
  ...listCommands,
  ...createCommands,
  ...lifeCommands,
  ...shutdownCommands,
  ...memoryCommands,
  ...vcpuCommands,
  ...schedulerCommands,
  ...cpupoolCommands,
  ...blockCommands,
  ...networkCommands,
  ...deviceListCommands,
  ...otherDeviceCommands,
  ...passthroughCommands,
  ...psrCommands,
  ...consoleCommands,
  ...stateCommands,
  ...topCommands,
});
