import type { HardwareView } from '../../../api/index.ts';
import type { AddableKind } from '../../../device/device.ts';
import { hasAgent } from '../../../toolstack/xenbus.ts';
import type { HostContext } from '../context.ts';
import { racks } from './device-items.ts';
import { partItems } from './part-items.ts';
import type { Subject } from './subject.ts';

/** Most items the contract shows. */
const maxItems = 200;

/** Kinds there can be one of in a domain. */
const single: readonly AddableKind[] = ['vfb', 'rng', 'sound'];

/** Why a device of this kind cannot be plugged into the running domain now; null when it can. */
export function whyNotLive(kind: AddableKind, { domain, live }: Subject): string | null {
  if (!live) return `${domain.name} is off.`;
  const { absent } = racks[kind];
  if (absent !== null) return absent;
  if (kind === 'vbd') return live.machine.attachDisk ? null : 'This machine cannot get a disk while it runs.';
  if (kind === 'vif')
    return live.machine.attachNic ? null : 'This machine cannot get a network card while it runs.';
  if (kind === 'channel' && live.machine.attachChannel) return null;
  return 'It is there from the start or not at all: add it to the configuration.';
}

/** Why the file cannot get one. */
export function whyNotConfigured(kind: AddableKind, { domain, definition }: Subject): string | null {
  if (!definition) return `${domain.name} has no configuration file.`;
  const { config } = definition;
  if (single.includes(kind) && racks[kind].entries(config).length > 0) return 'It has one already.';
  if (kind === 'sound' && config.type !== 'hvm') return 'Only HVM guests have sound cards.';
  return null;
}

export async function viewOf(host: HostContext, subject: Subject): Promise<HardwareView> {
  const items = [
    ...(await partItems(host, subject)),
    ...Object.values(racks).flatMap((rack) => rack.items(subject)),
  ];
  return {
    items: items.slice(0, maxItems),
    addable: Object.values(racks).map(({ kind, title }) => ({
      kind,
      title,
      live: whyNotLive(kind, subject),
      configured: whyNotConfigured(kind, subject),
    })),
    agent: subject.live !== null && hasAgent(subject.live.store, subject.live.domid),
  };
}
