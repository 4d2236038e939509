import { describe, expect, it } from 'vitest';
import { hardwareSettings } from '../../../../engine/api/hardware.ts';
import { controlOf, entryOf, readEntry } from '../../../../renderer/feature/form/schema-control.ts';

const { vbd, vif, vfb, cpu, memory, boot } = hardwareSettings;

describe('the control of a setting', () => {
  it.each([
    ['vbd.readOnly', vbd.shape.readOnly, { kind: 'switch' }],
    [
      'vbd.devtype',
      vbd.shape.devtype,
      { kind: 'choice', values: ['disk', 'cdrom', 'floppy'], nullable: false },
    ],
    ['vif.model', vif.shape.model, { kind: 'choice', values: ['virtio', 'ne2k_pci'], nullable: true }],
    ['vif.mac', vif.shape.mac, { kind: 'text', nullable: true }],
    ['vfb.port', vfb.shape.port, { kind: 'number', nullable: true }],
    ['memory.memoryMiB', memory.shape.memoryMiB, { kind: 'number', nullable: false }],
  ])('%s', (_name, schema, control) => expect(controlOf(schema)).toEqual(control));
});

describe('what was entered', () => {
  it.each([
    [memory.shape.memoryMiB, ' 96 ', 96],
    [vif.shape.mac, '', null],
    [vif.shape.mac, '00:16:3E:01:02:03', '00:16:3E:01:02:03'],
    [vfb.shape.port, '', null],
    [vfb.shape.port, '5901', 5901],
    [vbd.shape.readOnly, true, true],
    [vif.shape.model, '', null],
    [boot.shape.ramdisk, '', ''],
  ])('becomes a value: %#', (schema, entry, value) => {
    expect(readEntry(schema, entry)).toEqual({ value });
    expect(readEntry(schema, entryOf(value))).toEqual({ value });
  });

  it.each([
    [memory.shape.memoryMiB, '', 'A whole number.'],
    [memory.shape.memoryMiB, 'much', 'A whole number.'],
    [memory.shape.memoryMiB, '64.5', 'A whole number.'],
    [memory.shape.memoryMiB, '4', 'At least 8.'],
    [cpu.shape.weight, '70000', 'At most 65535.'],
    [boot.shape.order, 'cdnab', 'At most 4 characters.'],
    [vif.shape.bridge, '', 'Choose a bridge.'],
    [vif.shape.mac, '00:16:3e', /six pairs/],
    [vif.shape.mac, '01:16:3e:00:00:01', /multicast/],
    [vif.shape.rate, 'fast', /10Mb\/s/],
    [vbd.shape.vdev, 'sda1x', /virtual device/],
    [vfb.shape.password, '123456789', /first 8/],
  ])('is told what is wrong with it: %#', (schema, entry, message) => {
    expect(readEntry(schema, entry).error).toEqual(
      typeof message === 'string' ? message : expect.stringMatching(message),
    );
  });
});
