import { dom0Uuid, type DomainInfo } from '../../../api/index.ts';
import { describeBoot, type GuestConfig } from '../../../toolstack/guest-config.ts';
import type { ListRow } from '../parse/xl-list.ts';
import { clean } from '../shell/text.ts';
import type { XenDomain } from './domain.ts';
import { stateOf } from './letters.ts';

const maxDevices = 64;
const isUuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A UUID however it was written; one that is none stands as Domain-0's would, which no guest has. */
const uuidOf = (text: string): string => (isUuid.test(text.toLowerCase()) ? text.toLowerCase() : dom0Uuid);

type Configured = Pick<
  DomainInfo,
  | 'type'
  | 'targetMemoryKiB'
  | 'maxMemoryKiB'
  | 'boot'
  | 'bootloader'
  | 'disks'
  | 'nics'
  | 'serialPorts'
  | 'onPoweroff'
  | 'onReboot'
  | 'onCrash'
>;

/** Everything within what the contract allows: a host may have any file, and any domain. */
function configured(config: GuestConfig | null): Configured {
  const { disks = [], nics = [] } = config ?? {};
  return {
    type: config?.type ?? 'pv',
    targetMemoryKiB: config?.memoryKiB ?? 0,
    maxMemoryKiB: config?.maxMemoryKiB ?? 0,
    boot: config ? clean(describeBoot(config.boot), 400) : '',
    disks: disks.slice(0, maxDevices).map(({ vdev, kind, path, format, readOnly }) => ({
      vdev: clean(vdev, 32),
      kind,
      path: path === null ? null : clean(path, 4096),
      format: clean(format, 16),
      readOnly,
    })),
    nics: nics.slice(0, maxDevices).map(({ devid, mac, bridge, model }) => ({
      devid: Math.max(0, devid),
      mac: clean(mac ?? '', 17),
      bridge: clean(bridge, 64),
      model: clean(model ?? '', 32),
    })),
    serialPorts: [0],
    onPoweroff: config?.onPoweroff ?? 'destroy',
    onReboot: config?.onReboot ?? 'restart',
    onCrash: config?.onCrash ?? 'destroy',
    ...(config?.boot.kind === 'bootloader' && { bootloader: clean(config.boot.program, 400) }),
  };
}

/** A domain as the contract shows it. */
export function domainInfo(host: string, domain: XenDomain): DomainInfo {
  const { live, definition, config } = domain;
  const row = live?.row;
  return {
    host,
    id: domain.id,
    uuid: uuidOf(live?.uuid ?? definition?.config.uuid ?? domain.id),
    name: clean(domain.name, 256),
    domid: live?.domid ?? null,
    state: row ? stateOf(row.letters) : 'off',
    letters: row?.letters ?? '------',
    operation: domain.exclusive.name,
    ...configured(config),
    vcpus: Math.max(1, row?.vcpus ?? config?.vcpus ?? 1),
    memoryKiB: row?.memoryKiB ?? 0,
    startedAt: live?.startedAt ?? null,
    configPath: definition?.path ?? null,
    lastExit: domain.lastExit,
  };
}

/** The row of the host's own control domain. */
export function dom0Info(host: string, row: ListRow, startedAt: number | null): DomainInfo {
  return {
    host,
    id: dom0Uuid,
    uuid: dom0Uuid,
    name: row.name ?? 'Domain-0',
    domid: 0,
    state: stateOf(row.letters),
    letters: row.letters,
    operation: null,
    ...configured(null),
    vcpus: Math.max(1, row.vcpus),
    memoryKiB: row.memoryKiB,
    targetMemoryKiB: row.memoryKiB,
    maxMemoryKiB: row.memoryKiB,
    startedAt,
    configPath: null,
    boot: 'the host itself',
    serialPorts: [],
    onPoweroff: 'preserve',
    onReboot: 'preserve',
    onCrash: 'preserve',
    lastExit: null,
  };
}

/** All domains of a host, its control domain first. */
export function domainInfos(
  host: string,
  { dom0, all }: { dom0: ListRow | null; all: readonly XenDomain[] },
  startedAt: number | null,
): DomainInfo[] {
  const guests = all.map((domain) => domainInfo(host, domain));
  return dom0 ? [dom0Info(host, dom0, startedAt), ...guests] : guests;
}
