import { describe, expect, it } from 'vitest';
import {
  deviceDraft,
  type DeviceDraftInput,
  type FieldValue,
  type HardwareField,
  type HardwareItem,
  hardwareKind,
} from '../../../../engine/api/hardware.ts';
import {
  addLine,
  changeLine,
  insertLine,
  removeLine,
  revertLine,
} from '../../../../renderer/action/hardware-line.ts';

const web = { name: 'web', domid: 3, host: 'local' };
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

describe('the line of a change of hardware', () => {
  it('plugs a disk in by xl and adds it to the file by domus, its new image made first', () => {
    const disk: DeviceDraftInput = { kind: 'vbd', settings: { vdev: 'xvdb', path: '/srv/b.img' } };
    const attach = "xl block-attach web 'format=raw, vdev=xvdb, access=rw, target=/srv/b.img'";
    const next = 'domus add web vbd vdev=xvdb path=/srv/b.img --next';
    const make = 'domus make-image /srv/b.img 16M';
    expect(add(disk, 'both')).toBe(`${attach} && ${next}`);
    expect(add(disk, 'now', 16)).toBe(`${make} && ${attach}`);
    expect(add(disk, 'next', 16)).toBe(`${make} && ${next}`);
    expect(add(disk, 'next')).toBe(next);
  });

  it('takes a word of domus where xl has none for a device or for a setting of it', () => {
    const card: DeviceDraftInput = { kind: 'vif', settings: { mac: '00:16:3e:00:00:01' } };
    const attach = 'xl network-attach web mac=00:16:3e:00:00:01 bridge=xenbr0';
    expect(add(card, 'now')).toBe(attach);
    expect(add({ kind: 'vif', settings: { ...card.settings, link: false } }, 'now')).toBe(
      'domus add web vif mac=00:16:3e:00:00:01 link=false --now',
    );
    expect(add({ kind: 'rng', settings: {} }, 'next')).toBe('domus add web rng --next');
    expect(add({ kind: 'p9', settings: { tag: 't', path: '/a b' } }, 'both')).toBe(
      "domus add web p9 tag=t 'path=/a b'",
    );
  });

  it('keeps a password out of it', () => {
    const screen = add({ kind: 'vfb', settings: { password: 'geheim' } }, 'next');
    expect(screen).toBe('domus add web vfb --next password="$VNC_PASSWORD"');
  });

  it('makes images with the tools of the host that it is on', () => {
    const disk = deviceDraft.parse({ kind: 'vbd', settings: { vdev: 'xvdb', path: '/srv/b.img' } });
    expect(addLine({ ...web, host: 'prod' }, disk, 'next', 16)).toBe(
      'truncate -s 16M /srv/b.img && DOMUS_HOST=prod domus add web vbd vdev=xvdb path=/srv/b.img --next',
    );
  });

  it('takes a device out of the running domain, out of the file, and out of both', () => {
    const [disk, card, later] = [item('vbd:xvdb'), item('vif:1'), item('vif:1', [], { inDomain: false })];
    const more = 'domus remove web vbd:xvdb --next';
    expect(removeLine(web, disk, 'both', false)).toBe(`xl block-detach web xvdb && ${more}`);
    expect(removeLine(web, disk, 'now', true)).toBe('xl block-detach web xvdb --force');
    expect(removeLine(web, card, 'now', false)).toBe('xl network-detach web 1');
    expect(removeLine(web, item('vif:1', [], { inFile: false }), 'both', false)).toBe(
      'xl network-detach web 1',
    );
    expect(removeLine(web, card, 'next', false)).toBe('domus remove web vif:1 --next');
    expect(removeLine(web, later, 'both', false)).toBe('domus remove web vif:1');
    expect(removeLine(web, item('channel:0'), 'both', true)).toBe('domus remove web channel:0 --force');
  });

  it('changes a medium', () => {
    const insert = "xl cd-insert web hdc '/srv/a b.iso'";
    const drive = item('vbd:hdc', [field('path', '/a.iso')]);
    expect(insertLine(web, drive, '/srv/a b.iso', 'now')).toBe(insert);
    expect(insertLine(web, drive, '/srv/a b.iso', 'both')).toBe(
      `${insert} && domus insert web vbd:hdc '/srv/a b.iso' --next`,
    );
    expect(changeLine(web, drive, { path: null }, 'both')).toBe(
      'xl cd-eject web hdc && domus set web vbd:hdc path= --next',
    );
    const floppy = item('vbd:fda', [field('devtype', 'floppy', { editable: 'no' })]);
    expect(insertLine(web, floppy, null, 'now')).toBe('domus insert web vbd:fda --now');
  });

  it('changes memory in the order in which it can be done', () => {
    const memory = item('memory', [field('memoryMiB', 64), field('maxMemoryMiB', 64)]);
    expect(changeLine(web, memory, { memoryMiB: 96, maxMemoryMiB: 128 }, 'now')).toBe(
      'xl mem-max web 128m && xl mem-set web 96m',
    );
    expect(changeLine(web, memory, { memoryMiB: 32, maxMemoryMiB: 48 }, 'both')).toBe(
      'xl mem-set web 32m && xl mem-max web 48m && domus set web memory memoryMiB=32 maxMemoryMiB=48 --next',
    );
  });

  it('names the command of the scheduler that the domain is under', () => {
    const under = (scheduler: string): HardwareItem =>
      item('cpu', [field('weight', 256), field('scheduler', scheduler, { editable: 'no' })]);
    expect(changeLine(web, under('credit'), { weight: 512 }, 'now')).toBe('xl sched-credit -d web -w 512');
    expect(changeLine(web, under('credit2'), { weight: 512 }, 'now')).toBe('xl sched-credit2 -d web -w 512');
  });

  it('says what happens now, and what is written', () => {
    const cpu = item('cpu', [
      field('vcpus', 1, { editable: 'restart' }),
      field('weight', 256),
      field('capPercent', 0),
      field('cpus', ''),
    ]);
    expect(changeLine(web, cpu, { vcpus: 2, weight: 512, capPercent: 50, cpus: '0' }, 'both')).toBe(
      'xl sched-credit2 -d web -w 512 -c 50 && xl vcpu-pin web all 0' +
        ' && domus set web cpu vcpus=2 weight=512 capPercent=50 cpus=0 --next',
    );
    expect(changeLine(web, cpu, { vcpus: 2 }, 'next')).toBe('domus set web cpu vcpus=2 --next');
    const more = item('cpu', [field('vcpus', 1)]);
    expect(changeLine(web, more, { vcpus: 2 }, 'now')).toBe('xl vcpu-set web 2');
  });

  it('has the cable, the rate and the bridge of a card', () => {
    const card = item('vif:0', [field('link', true), field('rate', null), field('bridge', 'xenbr0')]);
    expect(changeLine(web, card, { link: false }, 'now')).toBe('domus set web vif:0 link=false --now');
    expect(changeLine(web, card, { rate: null, bridge: 'xenbr1' }, 'both')).toBe(
      'domus set web vif:0 rate= bridge=xenbr1',
    );
  });

  it('renames in one go where the file is renamed too', () => {
    const overview = item('overview', [field('name', 'web')]);
    expect(changeLine(web, overview, { name: 'www' }, 'now')).toBe('xl rename web www');
    expect(changeLine(web, overview, { name: 'www' }, 'both')).toBe('domus set web overview name=www');
  });

  it('gives the file back what runs', () => {
    expect(revertLine(web, { id: 'vif:0', kind: 'vif' }, ['rate'])).toBe('domus revert web vif:0 rate');
    expect(revertLine(web, { id: 'vbd:xvda', kind: 'vbd' })).toBe('domus revert web vbd:xvda');
  });
});
