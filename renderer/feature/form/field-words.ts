import type { FieldValue, HardwareKind } from '../../../engine/api/hardware.ts';

/** How a field is called and what has to be known to fill it in. */
export interface FieldWords {
  readonly label: string;
  /** What an empty field means, shown in its place. */
  readonly none?: string;
  readonly unit?: string;
  readonly hint?: string;
  /** A control of its own, where what the schema says of the value is not enough. */
  readonly control?: 'file' | 'disk' | 'bridge' | 'mac' | 'password' | 'action' | 'long';
  /** For `file` and `disk`: endings of the files that may be meant. */
  readonly extensions?: readonly string[];
}

type Words = Readonly<Record<string, FieldWords>>;

const disks = ['img', 'raw', 'iso', 'qcow2', 'vhd'] as const;

/** Fields that are only shown have words too: they are facts of the device. */
const words: Readonly<Record<HardwareKind, Words>> = {
  overview: {
    name: { label: 'Name' },
    uuid: { label: 'UUID' },
    type: { label: 'Type' },
    domid: { label: 'Domid' },
    configPath: { label: 'File' },
  },
  cpu: {
    vcpus: { label: 'vCPUs' },
    maxVcpus: { label: 'Most vCPUs' },
    weight: { label: 'Weight', hint: 'Twice the weight, twice the time when CPUs are short. Usual: 256.' },
    capPercent: { label: 'Cap', unit: '%', hint: '100 is one whole CPU; 0: no cap.' },
    cpus: { label: 'Runs on CPUs', hint: 'A list such as 0-3,^2; all: any.' },
    scheduler: { label: 'Scheduler' },
  },
  memory: {
    memoryMiB: {
      label: 'Memory',
      unit: 'MiB',
      hint: 'What the guest is to have. Its balloon gives the rest back.',
    },
    maxMemoryMiB: { label: 'At most', unit: 'MiB', hint: 'As far as the balloon can grow.' },
  },
  boot: {
    order: { label: 'Boot order', hint: 'c disk, d CD, a floppy, n network, in the order they are tried.' },
    kernel: { label: 'Kernel', none: 'none', control: 'file' },
    ramdisk: { label: 'Ramdisk', none: 'none', control: 'file' },
    cmdline: { label: 'Kernel arguments', none: 'none', control: 'long' },
    bootloader: { label: 'Boot loader', none: 'none', hint: 'pygrub reads the menu on its own disk.' },
    firmware: { label: 'Firmware', none: 'as by default' },
    acpi: { label: 'ACPI', hint: 'Without it there is no power button.' },
    autostart: { label: 'Start with the host' },
  },
  events: {
    onPoweroff: { label: 'It shuts down', control: 'action' },
    onReboot: { label: 'It reboots', control: 'action' },
    onCrash: { label: 'It crashes', control: 'action' },
    onWatchdog: { label: 'Its watchdog ends it', control: 'action' },
    onSoftReset: { label: 'It asks for a soft reset', control: 'action' },
  },
  vbd: {
    vdev: { label: 'Called in the guest', hint: 'xvdb, hda, sdc, fda …' },
    devtype: { label: 'Kind' },
    path: { label: 'Image', none: 'empty', control: 'disk', extensions: disks },
    format: { label: 'Format' },
    readOnly: { label: 'Read-only' },
    shared: { label: 'Shared', hint: 'Others may write to the image too, and know what they do.' },
    number: { label: 'Number' },
    pci: { label: 'PCI address' },
  },
  vif: {
    mac: { label: 'MAC address', none: 'made up at start', control: 'mac' },
    bridge: { label: 'Bridge', control: 'bridge' },
    model: { label: 'Model', none: 'as by default' },
    ip: { label: 'IP addresses', none: 'any', hint: 'Only these may be used, where the script sees to it.' },
    script: { label: 'Hotplug script', none: 'vif-bridge' },
    vifname: { label: 'Interface in Domain-0', none: 'called vif, domid and number' },
    rate: { label: 'Limit', none: 'none', hint: 'e.g. 10Mb/s or 100KB/s@20ms' },
    link: { label: 'Cable plugged in' },
    interface: { label: 'Interface' },
    card: { label: 'Card' },
    pci: { label: 'PCI address' },
  },
  channel: {
    name: { label: 'Name' },
    connection: {
      label: 'Connection',
      hint: 'pty: a terminal, also in the Console tab; socket: a program connects to a file.',
    },
    path: { label: 'Socket', none: 'none', hint: 'The whole path of the file; its folder must exist.' },
    number: { label: 'Number' },
    tty: { label: 'Terminal on this computer', none: 'none: the Console tab and xl console have it' },
    console: { label: 'Attached to by', none: 'the program at its socket' },
    guest: { label: 'In the guest' },
    open: { label: 'A program of the guest has it open' },
  },
  serial: { ports: { label: 'Ports', hint: 'ttyS0 to ttyS3' } },
  vfb: {
    vnc: { label: 'VNC server' },
    listen: { label: 'Listens on', hint: '127.0.0.1: this computer only; 0.0.0.0: everybody.' },
    port: { label: 'Port', none: 'the first free one from 5900 on' },
    password: { label: 'Password', none: 'none', control: 'password' },
    vga: { label: 'Adapter' },
    videoRamMiB: { label: 'Video memory', unit: 'MiB' },
    keymap: {
      label: 'Keyboard',
      none: 'as the viewer has it',
      hint: 'For real hosts. The embedded host takes keys by their place, or as those of a US keyboard from viewers that send characters.',
    },
  },
  input: {
    tablet: {
      label: 'Tablet',
      hint:
        'The pointer says where it is, not how far it moved. On the embedded host it does when the guest has a driver for ' +
        'VMware’s mouse, whatever is said here.',
    },
    keyboard: { label: 'Xen keyboard' },
  },
  balloon: { enabled: { label: 'Balloon' }, heldMiB: { label: 'The guest has now', unit: 'MiB' } },
  rng: {
    source: {
      label: 'Source',
      hint: 'A real host reads this file; the embedded one feeds the guest from this computer’s own random numbers.',
    },
  },
  p9: {
    tag: {
      label: 'Name in the guest',
      hint: 'mount -t 9p -o trans=virtio NAME /mnt (trans=xen on a real Xen host)',
    },
    path: { label: 'Folder' },
    readOnly: { label: 'Read-only' },
    number: { label: 'Number' },
    pci: { label: 'PCI address' },
  },
  sound: {
    model: { label: 'Model', hint: 'The embedded host has sb16 only; real hosts have what their QEMU has.' },
  },
  watchdog: { action: { label: 'When it is not fed', control: 'action' } },
};

export const wordsOf = (kind: HardwareKind, name: string): FieldWords => words[kind][name] ?? { label: name };

/** A value in a sentence: `96 MiB`, `yes`, `made up at start`. */
export function valueText(kind: HardwareKind, name: string, value: FieldValue): string {
  const { none, unit } = wordsOf(kind, name);
  if (value === null || value === '') return none ?? 'none';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return unit ? `${value} ${unit}` : String(value);
}
