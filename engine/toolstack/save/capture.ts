import { printDomainJson, type Json } from '../../xlcfg/index.ts';
import { stableMac } from '../machine-spec.ts';
import type { LiveDomain } from '../live-domain.ts';
import { imageMark } from './disk-changes.ts';
import { captureNodes } from './guest-nodes.ts';
import type { SavedDisk, SavedDomain, SavedNic } from './saved-domain.ts';

export interface CaptureOptions {
  /** Which program writes it, for people. */
  readonly by: string;
  readonly wallMs: number;
  /** Where a configured image is on this computer. */
  readonly realPath: (path: string) => string;
}

/** What a file keeps of a suspended domain beside its configuration and its machine's state. */
export async function captureDomain(live: LiveDomain, options: CaptureOptions): Promise<SavedDomain> {
  const { config, spec, stored } = live;
  return {
    format: 1,
    by: options.by.slice(0, 200),
    savedAt: options.wallMs,
    name: config.name,
    uuid: stored.uuid,
    domid: live.domid,
    paused: live.paused,
    sharedDisks: config.disks.flatMap(({ shared, vdev }) => (shared ? [vdev] : [])),
    readOnlyShares: config.shares.flatMap(({ readOnly, tag }) => (readOnly ? [tag] : [])),
    machine: {
      kind: 'v86',
      memoryKiB: spec.memoryKiB,
      memoryTargetKiB: spec.memoryTargetKiB,
      videoRamKiB: spec.videoRamKiB,
      acpi: spec.acpi,
      rng: spec.rng,
      sound: spec.sound,
      pvConsole: spec.pvConsole,
      channels: config.channels.map(({ name }) => name),
      folders: spec.folders?.map(({ tag }) => ({ tag, pciSlot: live.machine.plugOf?.({ tag })?.slot })),
    },
    disks: await Promise.all(config.disks.map((disk) => captureDisk(live, disk, options))),
    nics: config.nics.map((nic) => captureNic(live, nic)),
    nodes: captureNodes(live.store, stored),
    connection: captureLine(live),
  };
}

async function captureDisk(
  live: LiveDomain,
  { vdev, kind, readOnly, path }: LiveDomain['config']['disks'][number],
  { realPath }: CaptureOptions,
): Promise<SavedDisk> {
  const mark = path === null ? null : await imageMark(realPath(path));
  return {
    vdev,
    kind,
    readOnly,
    pciSlot: live.machine.plugOf?.({ vdev })?.slot,
    path,
    bytes: mark?.bytes ?? null,
    modifiedMs: mark?.modifiedMs ?? null,
  };
}

/** A card that came while the guest ran is a virtio one. */
function captureNic(live: LiveDomain, { devid, mac }: LiveDomain['config']['nics'][number]): SavedNic {
  const built = live.spec.nics.find((nic) => nic.devid === devid);
  return {
    devid,
    mac: built?.mac ?? mac ?? stableMac(live.stored.uuid, devid),
    model: built?.model ?? 'virtio',
    linkUp: built?.linkUp,
    pciSlot: live.machine.plugOf?.({ devid })?.slot,
  };
}

function captureLine(live: LiveDomain): SavedDomain['connection'] {
  const state = live.line.capture();
  if (!state) return null;
  const { input, output, watches, transactions } = state;
  return {
    input: Uint8Array.from(input),
    output: Uint8Array.from(output),
    watches: watches.map((watch) => ({ ...watch })),
    transactions: [...transactions],
  };
}

type Fields = { readonly [key: string]: Json };
const fields = (value: Json | undefined): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};

/** The configuration as it stands in the file; with `domid` the domain asks for that one when it is restored. */
export function printSavedConfig(config: Fields, domid: number | null): string {
  if (domid === null) return printDomainJson(config);
  return printDomainJson({ ...config, c_info: { ...fields(config['c_info']), domid } });
}

/** The domid a saved configuration asks for. */
export function wantedDomid(json: string): number | undefined {
  const create = fields(fields(JSON.parse(json) as Json)['c_info']);
  const domid = create['domid'];
  return typeof domid === 'number' ? domid : undefined;
}
