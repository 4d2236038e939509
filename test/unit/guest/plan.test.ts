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
    ['two names of one drive', [disk('hda'), disk('xvda')], /xvda and hda need the same drive/],
    ['two CDs', [cdrom('hdc'), cdrom('hdd')], /one CD drive; hdd would be a second/],
    ['a disk where the CD is', [cdrom('hdc'), disk('hdc')], /the same drive/],
    ['more than sixteen', [...'abcdefghijklmnopq'].map((letter) => disk(`xvd${letter}`)), /16 disks/],
    ['a floppy of another name', [floppy('fdc')], /no place for fdc/],
    ['a name every object has', [disk('constructor')], /no place for constructor/],
  ])('cannot be %s', (_name, disks, message) => {
    expect(() => planMachine(spec({ disks }))).toThrow(message);
  });

  it('beyond the two of the board are virtio disks, a second one without a first too', () => {
    const three = planMachine(spec({ disks: [disk('xvda'), disk('xvdb'), disk('xvdc'), disk('sda')] }));
    expect(three.drives.map(({ vdev }) => vdev)).toEqual(['xvda', 'xvdb']);
    expect(three.disks.map(({ vdev }) => vdev)).toEqual(['xvdc', 'sda']);
    const alone = planMachine(spec({ disks: [disk('xvdb')] }));
    expect([alone.drives, alone.disks.map(({ vdev }) => vdev)]).toEqual([[], ['xvdb']]);
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

  it('has network cards with their addresses; the first NE2000 is the board’s', () => {
    const card = nic('00:16:3e:0a:Ff:01');
    const old = { ...nic('00:16:3e:00:00:02'), devid: 1, model: 'ne2k' as const, linkUp: false };
    const plan = planMachine(spec({ nics: [card, old] }));
    expect(plan.nics).toEqual([{ devid: 0, mac: [0x00, 0x16, 0x3e, 0x0a, 0xff, 0x01], linkUp: true }]);
    expect(plan.ne2k).toEqual({ devid: 1, mac: [0x00, 0x16, 0x3e, 0, 0, 2], linkUp: false });
    expect(planMachine(spec()).nics).toEqual([]);
  });

  it.each([
    ['two cards of one number', [nic('00:16:3e:00:00:01'), nic('00:16:3e:00:00:02')]],
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
