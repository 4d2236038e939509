import { oc } from '@orpc/contract';
import { z } from 'zod';
import { errorData } from './error.ts';
import { deviceDraft, fieldValue, hardwareId, hardwareScope, hardwareView, imageMiB } from './hardware.ts';
import { domainId, filePath, hostId, xlLine } from './names.ts';

/** The part of the contract behind the Hardware tab and xl's block-, network-, cd- and channel- commands. */
const base = oc.errors({ DOMUS: { status: 400, data: errorData } });
const onDomain = z.object({ host: hostId, domain: domainId, command: xlLine.optional() });
/** `hint`: the command a person has to type in a guest without an agent; null when there is nothing to type. */
const changed = z.object({ task: z.string(), hint: z.string().max(1000).nullable() });

export const hardwareContract = {
  hardware: {
    view: base.input(onDomain.omit({ command: true })).output(hardwareView),
    /** The device settings that a new device of this kind would get: free vdev, made-up MAC … */
    defaults: base
      .input(
        z.object({
          host: hostId,
          domain: domainId,
          kind: z.enum(['vbd', 'vif', 'channel', 'vfb', 'rng', 'p9', 'sound']),
        }),
      )
      .output(z.object({ device: deviceDraft })),
    /** Ends when the guest has connected the device (with an agent) or when it is plugged in. */
    add: base
      .input(
        onDomain.extend({
          device: deviceDraft,
          scope: hardwareScope,
          /** A blank image of that size is made first, where the disk's `path` says; it goes again when the rest fails. */
          newImageMiB: imageMiB.nullable().default(null),
        }),
      )
      .output(changed.extend({ id: hardwareId })),
    /** Without `force` the guest is asked to let go and the call fails with ERROR_TIMEDOUT when it does not. */
    remove: base
      .input(onDomain.extend({ id: hardwareId, scope: hardwareScope, force: z.boolean().default(false) }))
      .output(changed),
    /** Fields by name; those left out stay. */
    change: base
      .input(
        onDomain.extend({
          id: hardwareId,
          values: z.record(z.string().max(40), fieldValue),
          scope: hardwareScope,
        }),
      )
      .output(changed),
    /** Gives the file the running domain's values back; without `fields` all of the item's. */
    revert: base
      .input(onDomain.extend({ id: hardwareId, fields: z.array(z.string().max(40)).max(60).optional() }))
      .output(changed),
    /** Puts a medium into a CD or floppy drive, or takes it out (null). */
    insert: base
      .input(onDomain.extend({ id: hardwareId, path: filePath.nullable(), scope: hardwareScope }))
      .output(changed),
  },
};
export type HardwareContract = typeof hardwareContract;
