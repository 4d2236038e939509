import { describe, expect, it } from 'vitest';
import type { MachineSpec } from '../../../../engine/guest/machine.ts';
import { fitSpec } from '../../../../engine/toolstack/save/fit-spec.ts';
import { type SavedDomain, savedDomain } from '../../../../engine/toolstack/save/saved-domain.ts';

const uuid = '01234567-89ab-4def-8123-4567890abcde';
const spec: MachineSpec = {
  name: 'web',
  uuid,
  memoryKiB: 65_536,
  boot: { kind: 'firmware', order: 'c' },
  disks: [],
  nics: [],
  folders: [{ tag: 'home', path: '/srv/home', readOnly: false }],
  channels: ['agent'],
  pvConsole: true,
  videoRamKiB: 0,
  acpi: true,
  rng: false,
};
const saved = (machine: object): SavedDomain =>
  savedDomain.parse({
    format: 1,
    by: 'Domus',
    savedAt: 0,
    name: 'web',
    uuid,
    domid: 1,
    paused: false,
    sharedDisks: [],
    readOnlyShares: [],
    machine: { kind: 'v86', memoryKiB: 65_536, videoRamKiB: 0, acpi: true, ...machine },
    disks: [],
    nics: [],
    nodes: [],
    connection: null,
  });

describe('the machine for a saved guest', () => {
  it('has folders where they were, and its consoles', () => {
    const was = saved({ folders: [{ tag: 'home', pciSlot: 5 }], channels: ['agent'], pvConsole: true });
    expect(fitSpec(spec, was)).toMatchObject({
      folders: [{ tag: 'home', path: '/srv/home', pciSlot: 5 }],
      channels: ['agent'],
      pvConsole: true,
    });
  });

  it('gets folders and channels anew that an older Domus had left out, and no console that the guest had not', () => {
    const fitted = fitSpec(spec, saved({}));
    expect(fitted.folders).toEqual([{ tag: 'home', path: '/srv/home', readOnly: false }]);
    expect(fitted.channels).toEqual(['agent']);
    expect(fitted.pvConsole).toBeUndefined();
  });

  it('is refused when a folder of the guest is gone', () => {
    const was = saved({ folders: [{ tag: 'other', pciSlot: 5 }] });
    expect(() => fitSpec(spec, was)).toThrow(/the folder other is missing/);
  });
});
