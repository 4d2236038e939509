import { describe, expect, it } from 'vitest';
import {
  deviceDraft,
  type DeviceDraftInput,
  type FieldValue,
  type HardwareField,
  type HardwareItem,
  hardwareKind,
} from '../../../../engine/api/hardware.ts';
import { addLine, changeLine, insertLine, removeLine } from '../../../../renderer/action/hardware-line.ts';

const web = { name: 'web', domid: 3 };
const field = (name: string, live: FieldValue, patch: Partial<HardwareField> = {}): HardwareField => ({
  name,
  live,
  configured: live,
  editable: 'live',
  ...patch,
});
const item = (id: string, fields: HardwareField[] = [], patch: Partial<HardwareItem> = {}): HardwareItem => ({
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
const add = (device: DeviceDraftInput, scope: 'now' | 'next' | 'both', size: number | null = null) =>
  addLine(web, deviceDraft.parse(device), scope, size);

describe('the line of xl', () => {
  it('plugs a disk in, its new image made first', () => {
    const disk: DeviceDraftInput = { kind: 'vbd', settings: { vdev: 'xvdb', path: '/srv/b.img' } };
    const attach = "xl block-attach web 'format=raw, vdev=xvdb, access=rw, target=/srv/b.img'";
    expect(add(disk, 'both')).toBe(attach);
    expect(add(disk, 'now', 16)).toBe(`truncate -s 16M /srv/b.img && ${attach}`);
    expect(add(disk, 'next', 16)).toBe('truncate -s 16M /srv/b.img');
    expect(add(disk, 'next')).toBeNull();
  });

  it('plugs a card in, and says nothing of what xl cannot plug in', () => {
    const card: DeviceDraftInput = { kind: 'vif', settings: { mac: '00:16:3e:00:00:01' } };
    expect(add(card, 'both')).toBe('xl network-attach web mac=00:16:3e:00:00:01 bridge=xenbr0');
    expect(add({ kind: 'rng', settings: {} }, 'next')).toBeNull();
  });

  it('takes a device out of a running domain only', () => {
    expect(removeLine(web, item('vbd:xvdb'), 'both', false)).toBe('xl block-detach web xvdb');
    expect(removeLine(web, item('vbd:xvdb'), 'now', true)).toBe('xl block-detach web xvdb --force');
    expect(removeLine(web, item('vif:1'), 'now', false)).toBe('xl network-detach web 1');
    expect(removeLine(web, item('vif:1'), 'next', false)).toBeNull();
    expect(removeLine(web, item('vif:1', [], { inDomain: false }), 'both', false)).toBeNull();
  });

  it('changes a medium', () => {
    expect(insertLine(web, item('vbd:hdc'), '/srv/a b.iso', 'now')).toBe(
      "xl cd-insert web hdc '/srv/a b.iso'",
    );
    expect(changeLine(web, item('vbd:hdc', [field('path', '/a.iso')]), { path: null }, 'both')).toBe(
      'xl cd-eject web hdc',
    );
  });

  it('changes memory in the order in which it can be done', () => {
    const memory = item('memory', [field('memoryMiB', 64), field('maxMemoryMiB', 64)]);
    expect(changeLine(web, memory, { memoryMiB: 96, maxMemoryMiB: 128 }, 'both')).toBe(
      'xl mem-max web 128m && xl mem-set web 96m',
    );
    expect(changeLine(web, memory, { memoryMiB: 32, maxMemoryMiB: 48 }, 'now')).toBe(
      'xl mem-set web 32m && xl mem-max web 48m',
    );
  });

  it('names the command of the scheduler that the domain is under', () => {
    const under = (scheduler: string): HardwareItem =>
      item('cpu', [field('weight', 256), field('scheduler', scheduler, { editable: 'no' })]);
    expect(changeLine(web, under('credit'), { weight: 512 }, 'now')).toBe('xl sched-credit -d web -w 512');
    expect(changeLine(web, under('credit2'), { weight: 512 }, 'now')).toBe('xl sched-credit2 -d web -w 512');
  });

  it('says of a change only what happens now', () => {
    const cpu = item('cpu', [
      field('vcpus', 1, { editable: 'restart' }),
      field('weight', 256),
      field('capPercent', 0),
      field('cpus', ''),
    ]);
    expect(changeLine(web, cpu, { vcpus: 2, weight: 512, capPercent: 50, cpus: '0' }, 'both')).toBe(
      'xl sched-credit2 -d web -w 512 -c 50 && xl vcpu-pin web all 0',
    );
    expect(changeLine(web, cpu, { vcpus: 2 }, 'both')).toBeNull();
    expect(changeLine(web, item('overview', [field('name', 'web')]), { name: 'www' }, 'both')).toBe(
      'xl rename web www',
    );
  });
});
