import { type DeviceDraft, diskWords, DomusError, type HardwareItem, vifWords } from '../../../api/index.ts';
import type { Values } from '../../../device/fields.ts';
import { keyOf } from '../../local/hardware/values.ts';
import type { XenContext } from '../host-context.ts';
import { slowMs } from '../xl.ts';
import type { Running } from './subject.ts';

/** xl's commands that change devices of a running domain. */

type Xl = Pick<XenContext, 'xl'>;

async function run({ xl }: Xl, argv: readonly string[]): Promise<void> {
  await xl.strict(argv, { timeoutMs: slowMs });
}

export function plug(host: Xl, live: Running, { kind, settings }: DeviceDraft): Promise<void> {
  const domid = String(live.domid);
  if (kind === 'vbd') return run(host, ['xl', 'block-attach', domid, diskWords(settings)]);
  if (kind === 'vif') return run(host, ['xl', 'network-attach', domid, ...vifWords(settings)]);
  throw new DomusError('ERROR_NI', 'It is there from the start or not at all: add it to the configuration.');
}

/** ERROR_NI with the item's own reason when it stays. */
export async function unplug(host: Xl, live: Running, item: HardwareItem, force: boolean): Promise<void> {
  if (item.removeLive !== null) throw new DomusError('ERROR_NI', item.removeLive);
  const domid = String(live.domid);
  const key = keyOf(item);
  if (item.kind === 'vif') return run(host, ['xl', 'network-detach', domid, key]);
  try {
    await run(host, ['xl', 'block-detach', ...(force ? ['--force'] : []), domid, key]);
  } catch (error) {
    const old =
      force && error instanceof DomusError && /unrecognized option|invalid option|Usage/i.test(error.message);
    if (!old) throw error;
    throw new DomusError(
      'ERROR_NI',
      "The host's xl cannot take a disk away by force: that came with Xen 4.18.",
      {
        fix: 'Unmount it in the guest, then take it out without force.',
      },
    );
  }
}

/** A medium into a drive, or out of it. */
export function insert(host: Xl, live: Running, item: HardwareItem, path: string | null): Promise<void> {
  const domid = String(live.domid);
  const vdev = keyOf(item);
  return run(host, path === null ? ['xl', 'cd-eject', domid, vdev] : ['xl', 'cd-insert', domid, vdev, path]);
}

/** `values`: what of the item can change at once. */
export async function changeDevice(
  host: Xl,
  live: Running,
  item: HardwareItem,
  values: Values,
): Promise<void> {
  const { path } = values;
  if (typeof path === 'string' || path === null) await insert(host, live, item, path);
}
