import { describe, expect, it } from 'vitest';
import type { MachineDisk, MachineNic, MachineSpec } from '../../../engine/guest/machine.ts';
import { planMachine } from '../../../engine/guest/v86/plan.ts';

const spec = (overrides: Partial<MachineSpec> = {}): MachineSpec => ({
  name: 'plan',
  uuid: '00000000-0000-0000-0000-000000000000',
  memoryKiB: 64 * 1024,
  boot: { kind: 'firmware', order: 'c' },
  disks: [],
  nics: [],
  videoRamKiB: 0,
  acpi: true,
  ...overrides,
});
const disk = (vdev: string): MachineDisk => ({
  vdev,
  kind: 'disk',
  path: `/images/${vdev}`,
  readOnly: false,
});
const cdrom = (vdev: string): MachineDisk => ({ vdev, kind: 'cdrom', readOnly: false });
const floppy = (vdev: string): MachineDisk => ({
  vdev,
  kind: 'floppy',
  path: '/images/floppy',
  readOnly: true,
});
const nic = (mac: string): MachineNic => ({ devid: 0, mac, model: 'virtio' });

describe('Memory of a planned machine', () => {
  it.each([
    [8 * 1024, 8 * 1024],
    [64 * 1024, 64 * 1024],
    [64 * 1024 + 127, 64 * 1024],
    [2047 * 1024, 2047 * 1024],
    [2048 * 1024 - 1, 2048 * 1024 - 128],
  ])('asked %d KiB is %d KiB, never more than asked', (memoryKiB, givenKiB) => {
    expect(planMachine(spec({ memoryKiB })).memoryBytes).toBe(givenKiB * 1024);
  });

  it.each([0, 8 * 1024 - 1, 2048 * 1024, -5, Number.NaN])('of %d KiB is refused', (memoryKiB) => {
    expect(() => planMachine(spec({ memoryKiB }))).toThrow(expect.objectContaining({ code: 'memory' }));
  });
});

describe('Drives of a planned machine', () => {
  it.each<[MachineDisk[], string[]]>([
    [
      [disk('hda'), disk('hdb')],
      ['hda', 'hdb'],
    ],
    [
      [disk('xvda'), disk('xvdb')],
      ['hda', 'hdb'],
    ],
    [
      [disk('sdb'), disk('sda')],
      ['hdb', 'hda'],
    ],
    [
      [disk('xvda'), cdrom('hdc')],
      ['hda', 'cdrom'],
    ],
    [[cdrom('xvdd')], ['cdrom']],
    [
      [floppy('fda'), floppy('fdb')],
      ['fda', 'fdb'],
    ],
  ])('go to v86 drives (%#)', (disks, slots) => {
    const { drives } = planMachine(spec({ disks }));
    expect(drives.map((drive) => drive.slot)).toEqual(slots);
    expect(drives.map((drive) => drive.vdev)).toEqual(disks.map((one) => one.vdev));
  });

  it('of a CD are read-only whatever was asked', () => {
    expect(planMachine(spec({ disks: [cdrom('hdc')] })).drives[0]?.readOnly).toBe(true);
  });

  it.each<[string, MachineDisk[], RegExp]>([
    ['a third disk', [disk('xvda'), disk('xvdb'), disk('xvdc')], /no place for xvdc/],
    ['a disk where the CD is', [disk('hdc')], /no place for hdc/],
    ['two names of one drive', [disk('hda'), disk('xvda')], /xvda and hda need the same drive/],
    ['two CDs', [cdrom('hdc'), cdrom('hdd')], /the same drive/],
    ['a second disk without a first', [disk('xvdb')], /needs a first one/],
    ['a floppy of another name', [floppy('fdc')], /no place for fdc/],
    ['a name every object has', [disk('constructor')], /no place for constructor/],
  ])('cannot be %s', (_name, disks, message) => {
    expect(() => planMachine(spec({ disks }))).toThrow(message);
  });

  it('that are disks need an image', () => {
    const empty: MachineDisk = { vdev: 'xvda', kind: 'disk', readOnly: false };
    expect(() => planMachine(spec({ disks: [empty] }))).toThrow(
      expect.objectContaining({ code: 'disk-unreadable' }),
    );
  });
});

describe('The rest of a planned machine', () => {
  it.each([
    ['c', 0x2],
    ['dc', 0x23],
    ['cda', 0x132],
    ['adcn', 0x231],
    ['ccc', 0x2],
    ['', 0],
    ['xyz', 0],
  ])('boots in order "%s" (CMOS 0x%s)', (order, code) => {
    expect(planMachine(spec({ boot: { kind: 'firmware', order } })).bootOrder).toBe(code);
  });

  it('has one network card with its address', () => {
    expect(planMachine(spec({ nics: [nic('00:16:3e:0a:Ff:01')] })).nic).toEqual({
      devid: 0,
      mac: [0x00, 0x16, 0x3e, 0x0a, 0xff, 0x01],
      model: 'virtio',
    });
    expect(planMachine(spec()).nic).toBeUndefined();
  });

  it.each([
    ['two cards', [nic('00:16:3e:00:00:01'), nic('00:16:3e:00:00:02')]],
    ['an address that is none', [nic('00:16:3e:00:00')]],
    ['an address with more to it', [nic('00:16:3e:00:00:01\n')]],
  ])('cannot have %s', (_name, nics) => {
    expect(() => planMachine(spec({ nics }))).toThrow(expect.objectContaining({ code: 'failed' }));
  });

  it.each([
    [0, 2],
    [2048, 2],
    [4096, 4],
    [9000, 16],
    [1024 * 1024, 128],
  ])('has for %d KiB of video memory %d MiB, a power of two', (videoRamKiB, mib) => {
    expect(planMachine(spec({ videoRamKiB })).videoRamBytes).toBe(mib * 1024 * 1024);
  });
});
