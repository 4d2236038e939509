import { implement } from '@orpc/server';
import {
  type DeviceDraft,
  DomusError,
  type FieldValue,
  hardwareContract,
  type HardwareScope,
} from '../api/index.ts';
import type { HardwareTools } from '../host/hardware.ts';
import type { Host, Operation } from '../host/host.ts';
import type { Calls, OnDomain } from './calls.ts';

function toolsOf(host: Host): HardwareTools {
  if (host.hardware) return host.hardware;
  throw new DomusError('ERROR_NI', `${host.info().name} does not let its devices be changed from here.`);
}

type Add = OnDomain & { device: DeviceDraft; scope: HardwareScope; newImageMiB: number | null };
type Remove = OnDomain & { id: string; scope: HardwareScope; force: boolean };
type Change = OnDomain & { id: string; values: Record<string, FieldValue>; scope: HardwareScope };
type Revert = OnDomain & { id: string; fields?: string[] | undefined };
type Insert = OnDomain & { id: string; path: string | null; scope: HardwareScope };

/** The calls on a domain's devices. What changes something runs as a task. */
export function createHardwareRouter(calls: Calls) {
  const os = implement(hardwareContract);
  const onDomain = <I extends OnDomain, T extends object | void>(
    verb: string,
    work: (tools: HardwareTools, input: I, op: Operation) => Promise<T>,
  ) => calls.onDomain<I, T>(verb, true, (host, input, op) => work(toolsOf(host), input, op));

  return {
    hardware: {
      view: os.hardware.view.handler(({ input }) => toolsOf(calls.host(input.host)).view(input.domain)),
      defaults: os.hardware.defaults.handler(async ({ input }) => ({
        device: await toolsOf(calls.host(input.host)).defaults(input.domain, input.kind),
      })),
      add: os.hardware.add.handler(
        onDomain('Add a device to', (tools, { domain, ...request }: Add, op) =>
          tools.add(domain, request, op),
        ),
      ),
      remove: os.hardware.remove.handler(
        onDomain('Remove a device of', (tools, { domain, ...request }: Remove, op) =>
          tools.remove(domain, request, op),
        ),
      ),
      change: os.hardware.change.handler(
        onDomain('Change the hardware of', (tools, { domain, ...request }: Change, op) =>
          tools.change(domain, request, op),
        ),
      ),
      revert: os.hardware.revert.handler(
        onDomain('Revert changes of', (tools, { domain, id, fields }: Revert, op) =>
          tools.revert(domain, { id, fields }, op),
        ),
      ),
      insert: os.hardware.insert.handler(
        onDomain('Change the medium of', (tools, { domain, ...request }: Insert, op) =>
          tools.insert(domain, request, op),
        ),
      ),
    },
  };
}
