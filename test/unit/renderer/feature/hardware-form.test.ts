import { describe, expect, it } from 'vitest';
import { type HardwareField, type HardwareItem, hardwareKind } from '../../../../engine/api/hardware.ts';
import { draftOf, driveEntries, kindChoices } from '../../../../renderer/feature/hardware/add-form.ts';
import {
  changedValues,
  clashesOf,
  settingRows,
  startOf,
} from '../../../../renderer/feature/hardware/item-form.ts';
import { lossOf, mediumOf, whyKept } from '../../../../renderer/feature/hardware/removal.ts';
import { scopeOptions, usualScope, whyNotLive } from '../../../../renderer/feature/hardware/scope.ts';

const item = (id: string, fields: HardwareField[], patch: Partial<HardwareItem> = {}): HardwareItem => ({
  id,
  kind: hardwareKind.parse(id.split(':')[0]),
  title: id,
  summary: '',
  inDomain: true,
  inFile: true,
  state: null,
  fields,
  removeLive: null,
  removeConfigured: null,
  ...patch,
});

describe('the form of a new channel', () => {
  const channel = (entries: Record<string, string>) =>
    draftOf({ kind: 'channel', entries: { name: 'agent', ...entries }, newSize: null });

  it('has no path for a terminal, whatever was typed before', () => {
    expect(channel({ connection: 'pty', path: '/run/a.sock' }).device?.settings).toEqual({
      name: 'agent',
      connection: 'pty',
      path: null,
    });
  });

  it('needs a whole path for a socket', () => {
    expect(channel({ connection: 'socket', path: '' }).errors).toEqual({
      path: 'The whole path of the socket, from / on.',
    });
    expect(channel({ connection: 'socket', path: '/run/a.sock' }).errors).toEqual({});
  });
});

describe('a form of an item', () => {
  const memory = item('memory', [
    { name: 'memoryMiB', live: 64, configured: 96, editable: 'live' },
    { name: 'maxMemoryMiB', live: 128, configured: 256, editable: 'restart' },
  ]);
  const typed = (entries: Record<string, string>) =>
    changedValues(settingRows(memory), new Map(Object.entries(entries)));

  it('shows what runs where that can change, else what the next start makes of it', () => {
    expect(memory.fields.map(startOf)).toEqual([64, 256]);
  });

  it('leaves out what is as it was', () => {
    expect(typed({ memoryMiB: ' 64 ', maxMemoryMiB: '256' })).toEqual({ values: {}, errors: {} });
    expect(typed({ memoryMiB: '80' })).toEqual({ values: { memoryMiB: 80 }, errors: {} });
  });

  it('says what is wrong as it is typed', () => {
    expect(typed({ memoryMiB: 'plenty', maxMemoryMiB: '4' }).errors).toEqual({
      memoryMiB: 'A whole number.',
      maxMemoryMiB: 'At least 8.',
    });
  });

  it('says at once what does not go together, where it was typed', () => {
    const clash = (values: Record<string, number>) => clashesOf(settingRows(memory), values);
    expect(clash({ memoryMiB: 300 })).toEqual({
      memoryMiB: 'More than it may have at most (256 MiB): raise that too.',
    });
    expect(clash({ maxMemoryMiB: 32 })).toEqual({
      maxMemoryMiB: 'Less than it has (64 MiB): lower that too.',
    });
    expect(clash({ memoryMiB: 300, maxMemoryMiB: 512 })).toEqual({});
    expect(clash({})).toEqual({});
  });

  it('says that nothing of it can change while the domain runs', () => {
    expect(whyNotLive(memory)).toBeNull();
    expect(whyNotLive(item('boot', memory.fields.slice(1)))).toMatch(/at the next start/);
  });
});

describe('a new device', () => {
  const disk = {
    vdev: 'xvdb',
    devtype: 'disk',
    path: '/a.img',
    format: 'raw',
    readOnly: false,
    shared: false,
  };

  it('is made of what was typed, with the size of its image', () => {
    expect(draftOf({ kind: 'vbd', entries: disk, newSize: '512M' })).toEqual({
      device: { kind: 'vbd', settings: disk },
      newImageMiB: 512,
      errors: {},
    });
  });

  it.each(['', 'large', '0'])('is none with an image of %j', (newSize) => {
    const { device, errors } = draftOf({ kind: 'vbd', entries: disk, newSize });
    expect([device, Object.keys(errors)]).toEqual([null, ['newImageMiB']]);
  });

  it('that takes media waits for the next start, and gets a free place', () => {
    const addable = [{ kind: 'vbd' as const, title: 'Disk', live: null, configured: null }];
    const reasons = Object.fromEntries(kindChoices({ addable }).map(({ id, reasons: at }) => [id, at.live]));
    expect(reasons).toMatchObject({ vbd: null, cdrom: expect.stringContaining('cannot be plugged in') });
    const type: HardwareField = { name: 'type', live: 'hvm', editable: 'no' };
    const items = [item('overview', [type]), item('vbd:hdc', [])];
    expect(driveEntries('cdrom', { items })).toMatchObject({ vdev: 'hdd', readOnly: true, path: '' });
  });
});

describe('where a change can be made', () => {
  it('is everywhere, unless something stands against it', () => {
    expect(usualScope({ live: null, configured: null })).toBe('both');
    expect(usualScope({ live: 'off', configured: null })).toBe('next');
    expect(usualScope({ live: null, configured: 'no file' })).toBe('now');
    expect(usualScope({ live: 'off', configured: 'no file' })).toBeNull();
    expect(scopeOptions({ live: 'off', configured: null }).map(({ why }) => why)).toEqual([
      'off',
      'off',
      null,
    ]);
  });
});

describe('removing', () => {
  it('is nothing for parts, and refused with the reason for what is built in', () => {
    const part = { removeLive: 'Every domain has this.', removeConfigured: 'Every domain has this.' };
    expect(whyKept(item('memory', [], part))).toBe('part');
    expect(whyKept(item('vif:0', [], { removeLive: 'on the board', inFile: false }))).toBe('on the board');
    expect(whyKept(item('vif:0', [], { removeLive: 'on the board' }))).toBeNull();
  });

  it('names what is lost and what stays', () => {
    const fields: HardwareField[] = [
      { name: 'devtype', live: 'cdrom', editable: 'restart' },
      { name: 'path', live: '/cd.iso', editable: 'live' },
    ];
    expect(mediumOf(item('vbd:hdc', fields))).toBe('/cd.iso');
    expect(mediumOf(item('vif:0', []))).toBeNull();
    expect(lossOf(item('vbd:hdc', fields))).toContain('/cd.iso stays');
  });
});
