import {
  AudioLines,
  Cable,
  CircleStop,
  Cpu,
  Disc3,
  Dices,
  FolderSync,
  HardDrive,
  Info,
  Keyboard,
  MemoryStick,
  Monitor,
  Network,
  Power,
  Save,
  Scale,
  ShieldAlert,
  SquareTerminal,
} from '@lucide/vue';
import type { Component } from 'vue';
import type { HardwareItem, HardwareKind } from '../../../engine/api/hardware.ts';

const icons: Readonly<Record<HardwareKind, Component>> = {
  overview: Info,
  cpu: Cpu,
  memory: MemoryStick,
  boot: Power,
  events: CircleStop,
  vbd: HardDrive,
  vif: Network,
  channel: Cable,
  serial: SquareTerminal,
  vfb: Monitor,
  input: Keyboard,
  balloon: Scale,
  rng: Dices,
  p9: FolderSync,
  sound: AudioLines,
  watchdog: ShieldAlert,
};

const drives: Readonly<Record<string, Component>> = { cdrom: Disc3, floppy: Save };

/** Drives look like what is put into them. */
export function iconOf({ kind, fields }: Pick<HardwareItem, 'kind' | 'fields'>): Component {
  const type = fields.find(({ name }) => name === 'devtype');
  return (kind === 'vbd' ? drives[String(type?.live ?? type?.configured)] : undefined) ?? icons[kind];
}

export const iconOfKind = (kind: HardwareKind): Component => icons[kind];
