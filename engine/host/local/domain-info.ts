import { dom0Uuid, type DomainInfo } from '../../api/index.ts';
import { channelDevid } from '../../device/channel/store.ts';
import {
  type DomainRecord,
  domainStateWord,
  type MemoryLedger,
  xlListLetters,
} from '../../hypervisor/index.ts';
import { describeBoot, type GuestConfig } from '../../toolstack/guest-config.ts';
import { stableMac } from '../../toolstack/machine-spec.ts';
import type { ManagedDomain } from './managed-domain.ts';

const offLetters = '------';

function configured(
  config: GuestConfig,
  uuid: string,
): Pick<
  DomainInfo,
  | 'type'
  | 'targetMemoryKiB'
  | 'maxMemoryKiB'
  | 'boot'
  | 'bootloader'
  | 'disks'
  | 'nics'
  | 'serialPorts'
  | 'pvConsoles'
  | 'onPoweroff'
  | 'onReboot'
  | 'onCrash'
> {
  return {
    type: config.type,
    targetMemoryKiB: config.memoryKiB,
    maxMemoryKiB: config.maxMemoryKiB,
    boot: describeBoot(config.boot),
    ...(config.boot.kind === 'bootloader' ? { bootloader: config.boot.program.slice(0, 400) } : {}),
    disks: config.disks.map(({ vdev, kind, path, format, readOnly }) => ({
      vdev,
      kind,
      path,
      format,
      readOnly,
    })),
    nics: config.nics.map(({ devid, mac, bridge, model }) => ({
      devid,
      mac: (mac ?? stableMac(uuid, devid)).slice(0, 17),
      bridge: bridge.slice(0, 64),
      model: (model ?? '').slice(0, 32),
    })),
    serialPorts: Array.from({ length: config.serialPorts }, (_, port) => port),
    pvConsoles: pvConsoles(config),
    onPoweroff: config.onPoweroff,
    onReboot: config.onReboot,
    onCrash: config.onCrash,
  };
}

/** hvc0, and the channels over terminals: those over sockets belong to the program that connects to them. */
export const pvConsoles = ({ channels }: GuestConfig): NonNullable<DomainInfo['pvConsoles']> => [
  { number: 0, name: 'hvc0' },
  ...channels
    .filter(({ connection }) => connection === 'pty')
    .map((channel) => ({ number: channelDevid(channel), name: channel.name.slice(0, 100) })),
];

/** A domain as the contract shows it: live figures when it is live, else what it is configured to be. */
export function domainInfo(host: string, domain: ManagedDomain, ledger: MemoryLedger): DomainInfo | null {
  const { live, definition } = domain;
  const config = live?.config ?? definition?.config;
  if (!config) return null;
  const record = live?.record;
  const memory = live ? ledger.domain(live.domid) : undefined;
  return {
    host,
    id: domain.id,
    uuid: domain.id,
    name: domain.name,
    domid: live?.domid ?? null,
    state: record ? domainStateWord(record.flags) : 'off',
    letters: record ? xlListLetters(record.flags) : offLetters,
    operation: domain.exclusive.name,
    ...configured(config, domain.id),
    vcpus: record ? record.vcpus.length : config.vcpus,
    memoryKiB: memory ? memory.currentKiB + memory.claimKiB : 0,
    startedAt: live?.startedAt ?? null,
    configPath: definition?.path ?? null,
    lastExit: domain.lastExit,
    newestSave: domain.newestSave,
  };
}

/** The row of the control domain: this engine. */
export function dom0Info(
  host: string,
  record: DomainRecord,
  ledger: MemoryLedger,
  startedAt: number,
): DomainInfo {
  const { dom0KiB } = ledger.host();
  return {
    host,
    id: dom0Uuid,
    uuid: dom0Uuid,
    name: 'Domain-0',
    domid: 0,
    state: domainStateWord(record.flags),
    letters: xlListLetters(record.flags),
    operation: null,
    type: 'pv',
    vcpus: record.vcpus.length,
    memoryKiB: dom0KiB,
    targetMemoryKiB: dom0KiB,
    maxMemoryKiB: dom0KiB,
    startedAt,
    configPath: null,
    boot: 'this computer',
    disks: [],
    nics: [],
    serialPorts: [],
    onPoweroff: 'preserve',
    onReboot: 'preserve',
    onCrash: 'preserve',
    lastExit: null,
  };
}
