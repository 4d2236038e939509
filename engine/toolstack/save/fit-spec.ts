import { DomusError } from '../../api/index.ts';
import type { MachineDisk, MachineNic, MachineSpec } from '../../guest/machine.ts';
import type { SavedDomain } from './saved-domain.ts';

const configSays = (what: string): DomusError =>
  new DomusError('ERROR_INVAL', `The saved guest does not fit its configuration: ${what}.`, {
    fix: 'Restore it with the devices it was saved with, or start it afresh.',
  });

/** Each saved device with the configured one of that name; ERROR_INVAL when one is missing on either side. */
function pairs<S, C>(
  saved: readonly S[],
  configured: readonly C[],
  name: (device: S | C) => string,
): [S, C][] {
  const extra = configured.find((one) => !saved.some((other) => name(other) === name(one)));
  if (extra) throw configSays(`it knows nothing of ${name(extra)}`);
  return saved.map((one) => {
    const match = configured.find((other) => name(other) === name(one));
    if (!match) throw configSays(`${name(one)} is missing`);
    return [one, match];
  });
}

const diskName = ({ vdev }: { vdev: string }): string => vdev;
const nicName = ({ devid }: { devid: number }): string => `network card ${devid}`;

/**
 * The machine a saved guest was in: the saved hardware, with the images, folders and channels that the configuration names.
 * ERROR_INVAL when the configuration has other disks or cards.
 */
export function fitSpec(spec: MachineSpec, saved: SavedDomain): MachineSpec {
  const { kind: _, folders: savedFolders = [], ...hardware } = saved.machine;
  // Older saves come from machines that left folders and channels out: they are plugged in anew.
  const isSaved = ({ tag }: { tag: string }): boolean => savedFolders.some((was) => was.tag === tag);
  const disks = pairs(saved.disks, spec.disks, diskName).map(([was, is]): MachineDisk => {
    if (was.kind !== is.kind) throw configSays(`${was.vdev} was a ${was.kind} and is a ${is.kind} now`);
    if (was.readOnly !== is.readOnly && was.kind === 'disk')
      throw configSays(`${was.vdev} was ${was.readOnly ? 'read-only' : 'writable'}`);
    return { ...is, ...slot(was) };
  });
  const nics = pairs(saved.nics, spec.nics, nicName).map(
    ([{ devid, mac, model, linkUp, ...was }]): MachineNic => ({
      devid,
      mac,
      model,
      ...(linkUp !== undefined && { linkUp }),
      ...slot(was),
    }),
  );
  const folders = [
    ...pairs(savedFolders, (spec.folders ?? []).filter(isSaved), ({ tag }) => `the folder ${tag}`).map(
      ([was, is]) => ({ ...is, ...slot(was) }),
    ),
    ...(spec.folders ?? []).filter((folder) => !isSaved(folder)),
  ];
  const { memoryTargetKiB, rng, sound, pvConsole, channels: _channels, ...plain } = hardware;
  return {
    name: spec.name,
    uuid: spec.uuid,
    boot: spec.boot,
    ...plain,
    disks,
    nics,
    ...(memoryTargetKiB !== undefined && { memoryTargetKiB }),
    ...(rng !== undefined && { rng }),
    ...(sound !== undefined && { sound }),
    ...(pvConsole !== undefined && { pvConsole }),
    ...(spec.channels !== undefined && { channels: spec.channels }),
    ...(folders.length > 0 && { folders }),
  };
}

const slot = ({ pciSlot }: { pciSlot?: number | undefined }): { pciSlot?: number } =>
  pciSlot === undefined ? {} : { pciSlot };
