import { describe, expect, it } from 'vitest';
import { copyOfDraft, domainDraft } from '../../../../engine/api/draft.ts';
import { createLine, copyNames, createScript } from '../../../../renderer/feature/create/create-line.ts';
import { freeVdev, newDrive, sizeMiB } from '../../../../renderer/feature/create/disk-form.ts';
import {
  checkForm,
  errorPath,
  firstNumber,
  toDraft,
  type DraftForm,
} from '../../../../renderer/feature/create/draft-form.ts';
import { kindOf, takeDropped } from '../../../../renderer/feature/create/dropped.ts';
import { firstWrong } from '../../../../renderer/feature/create/steps.ts';
import {
  emptyForm,
  freeName,
  newNic,
  suggestedMemoryMiB,
  suggestedName,
} from '../../../../renderer/feature/create/suggest.ts';
import { aHost } from '../samples.ts';

const aForm = (patch: Partial<DraftForm> = {}): DraftForm => ({
  ...emptyForm(aHost()),
  name: 'web',
  memoryMiB: '64',
  image: 'tiny-linux',
  cmdline: '',
  ...patch,
});
const nic = (entries: Record<string, string>) => {
  const made = newNic(aHost());
  return { ...made, entries: { ...made.entries, ...entries } };
};
const none = new Set<string>();
const check = (patch: Partial<DraftForm>, taken = none) => checkForm(aForm(patch), taken, aHost());

describe('the draft of a form', () => {
  it.each([
    ['a ready-made image', {}, { kind: 'image', image: 'tiny-linux' }],
    [
      'a kernel without ramdisk',
      { kind: 'kernel', kernel: ' /boot/vmlinuz ', cmdline: 'console=ttyS0' },
      { kind: 'kernel', kernel: '/boot/vmlinuz', cmdline: 'console=ttyS0' },
    ],
    [
      'a kernel with ramdisk',
      { kind: 'kernel', kernel: '/k', ramdisk: '/i' },
      { kind: 'kernel', kernel: '/k', ramdisk: '/i', cmdline: '' },
    ],
    [
      'a disk',
      { kind: 'disk', disk: '/d.qcow2' },
      { kind: 'disk', disk: '/d.qcow2', format: 'qcow2', copyTo: null },
    ],
    [
      'a copy of a disk',
      { kind: 'disk', disk: '/d.img', copyDisk: true },
      { kind: 'disk', disk: '/d.img', format: 'raw', copyTo: '/var/lib/xen/images/web.img' },
    ],
    ['a CD', { kind: 'iso', iso: '/c.iso' }, { kind: 'iso', iso: '/c.iso' }],
  ] as const)('of %s', (_what, patch, source) => {
    expect(toDraft(aForm(patch)).source).toEqual(source);
    expect(check(patch).errors).toEqual({});
  });

  it('has the cards that are listed, with what is left empty left to the host', () => {
    expect(toDraft(aForm({ nics: [] })).nics).toEqual([]);
    const { draft } = check({ nics: [nic({ rate: '10Mb/s' }), nic({ mac: '00:16:3e:00:00:01' })] });
    expect(draft?.nics).toMatchObject([
      { bridge: 'xenbr0', mac: null, model: null, rate: '10Mb/s' },
      { mac: '00:16:3e:00:00:01', rate: null },
    ]);
  });

  it('makes new images in the host’s own folder when no path is given, each with a name of its own', () => {
    const drives = [
      newDrive('disk', 'hda', { size: '2' }),
      newDrive('disk', 'hdb', { path: '/d/x.img', origin: 'existing', readOnly: true }),
      newDrive('disk', 'hdd', { origin: 'copy', of: '/d/y.qcow2' }),
      newDrive('cdrom', 'hdc'),
    ];
    expect(check({ drives }).draft?.disks).toMatchObject([
      { vdev: 'hda', path: '/var/lib/xen/images/web.img', origin: { kind: 'blank', sizeMiB: 2048 } },
      { vdev: 'hdb', path: '/d/x.img', origin: null, readOnly: true },
      { path: '/var/lib/xen/images/web-3.img', origin: { kind: 'copy', of: '/d/y.qcow2' }, format: 'qcow2' },
      { vdev: 'hdc', devtype: 'cdrom', path: null, origin: null, readOnly: true },
    ]);
  });

  it('has a display when viewers are let in', () => {
    expect(check({}).draft?.display).toBeNull();
    const display = { ...aForm().display, port: '5903', password: 'secret' };
    expect(check({ hasDisplay: true, display }).draft?.display).toMatchObject({
      port: 5903,
      password: 'secret',
      listen: '127.0.0.1',
    });
  });
});

describe('checks as one types', () => {
  const kernel = { kind: 'kernel', kernel: '/k' } as const;
  const disk = (patch: object) => ({ drives: [newDrive('disk', 'hda', patch)] });
  it.each([
    ['name', { name: '' }, /needs a name/],
    ['name', { name: '12' }, /domid/],
    ['name', { name: 'a b' }, /letters, digits/],
    ['name', { name: 'Domain-0' }, /control domain/],
    ['name', { name: 'taken' }, /already/],
    ['memoryMiB', { memoryMiB: '' }, /./],
    ['memoryMiB', { memoryMiB: '0' }, /at least 8/],
    ['memoryMiB', { memoryMiB: '-5' }, /at least 8/],
    ['memoryMiB', { memoryMiB: '64.5' }, /whole number/],
    ['memoryMiB', { memoryMiB: '9000' }, /2047/],
    ['memoryMiB', { memoryMiB: 'much' }, /./],
    ['maxMemoryMiB', { maxMemoryMiB: '32' }, /less than/],
    ['vcpus', { vcpus: '2' }, /at most 1 vCPU/],
    ['type', { kind: 'iso', iso: '/c.iso', type: 'pv' }, /HVM/],
    ['source.kernel', { kind: 'kernel' }, /Choose a file/],
    ['source.disk', { kind: 'disk' }, /Choose a file/],
    ['source.iso', { kind: 'iso', iso: '   ' }, /Choose a file/],
    ['source.cmdline', { ...kernel, cmdline: 'x'.repeat(3000) }, /2047/],
    ['disks.0.path', disk({ origin: 'existing' }), /Choose a file/],
    ['disks.0.vdev', disk({ vdev: 'disk1' }), /virtual device/],
    ['disks.0.origin.sizeMiB', disk({ size: 'big' }), /./],
    ['disks.0.origin.sizeMiB', disk({ size: '0' }), /at least 1 MiB/],
    ['disks.0.origin.of', disk({ origin: 'copy' }), /Choose a file/],
    ['disks.0.vdev', { ...disk({}), kind: 'disk', disk: '/d.img' }, /twice/],
    ['nics.0.mac', { nics: [nic({ mac: '00:16' })] }, /six pairs/],
    ['nics.1.mac', { nics: [nic({ mac: '00:16:3e:00:00:01' }), nic({ mac: '00:16:3E:00:00:01' })] }, /twice/],
    ['nics.0.rate', { nics: [nic({ rate: 'fast' })] }, /10Mb/],
    ['display.port', { hasDisplay: true, display: { ...aForm().display, port: '80' } }, /5900/],
    ['copies', { copies: '0' }, /1 to 100/],
    ['copies', { copies: '3', kind: 'disk', disk: '/d.img' }, /would write to \/d.img/],
  ] as const)('%s: %o', (field, patch, message) => {
    const { draft, errors } = check(patch as Partial<DraftForm>, new Set(['taken']));
    expect(draft).toBeNull();
    expect(Object.keys(errors)).toEqual([field]);
    expect(errors[field]).toMatch(message);
    expect(firstWrong(errors)).not.toBeNull();
  });
});

describe('an error of the engine', () => {
  it.each([
    ['name', 'name'],
    ['draft.name', 'name'],
    ['draft.source.kernel', 'source.kernel'],
    ['kernel', 'source.kernel'],
    ['disks.1.path', 'disks.1.path'],
    ['memoryMiB', 'memoryMiB'],
  ])('about %s belongs to %s', (path, field) => expect(errorPath(path)).toBe(field));
});

describe('sizes', () => {
  it.each([
    ['8', 8192],
    ['0.5', 512],
    ['0,5 GiB', 512],
    ['512M', 512],
    ['2tb', 2 * 1024 * 1024],
    ['', NaN],
    ['-1', NaN],
    ['8 G B', NaN],
  ])('%j is %d MiB', (text, mib) => expect(sizeMiB(text)).toBe(mib));
});

describe('the name of a new drive', () => {
  it.each([
    ['disk', 'hvm', [], 'hda'],
    ['disk', 'hvm', ['hda'], 'hdb'],
    ['disk', 'hvm', ['hda', 'xvdb', 'hdc'], 'hdd'],
    ['disk', 'hvm', ['hda', 'hdb', 'hdd'], 'xvde'],
    ['disk', 'pv', ['xvda'], 'xvdb'],
    ['cdrom', 'hvm', ['hda'], 'hdc'],
    ['cdrom', 'hvm', ['hdc'], 'hdd'],
    ['cdrom', 'pvh', [], 'xvdc'],
    ['floppy', 'hvm', ['fda'], 'fdb'],
  ] as const)('%s of a %s beside %j is %s', (devtype, type, taken, vdev) => {
    expect(freeVdev(devtype, type, taken)).toBe(vdev);
  });
});

describe('copies', () => {
  it('begin with the first number from which all are free', () => {
    expect(firstNumber('web', 3, none)).toBe(1);
    expect(firstNumber('web', 2, new Set(['web-2']))).toBe(3);
    expect(firstNumber('web', 1, new Set(['web-2']))).toBe(1);
  });

  it('may be called like a domain that is there: their numbers are added', () => {
    const { draft } = check({ name: 'taken', copies: '2' }, new Set(['taken']));
    expect(draft && copyOfDraft(draft, 1).name).toBe('taken-1');
  });

  it.each([
    [1, 'run', 'xl create /etc/xen/web.cfg'],
    [1, 'paused', 'xl create -p /etc/xen/web.cfg'],
    [3, 'run', 'for n in $(seq 2 4); do xl create /etc/xen/web-$n.cfg; done'],
    [3, 'off', null],
    [1, 'customise', null],
  ] as const)('%d, then %s: %s', (count, after, line) => {
    expect(createLine('web', { count, first: count === 1 ? 1 : 2 }, after)).toBe(line);
  });

  it('have a script of their images, files and starts', () => {
    const disk = { vdev: 'xvda', path: '/i.img', origin: { kind: 'blank', sizeMiB: 8 } } as const;
    const made = domainDraft.parse({ name: 'a', source: { kind: 'image', image: 'i' }, disks: [disk] });
    const planned = ['a', 'b'].map((name) => ({ draft: made, name, text: `name = "${name}"\n` }));
    const part = (name: string): string =>
      `domus make-image /i.img 8M && domus define <<'END' && xl create -p /etc/xen/${name}.cfg\nname = "${name}"\nEND`;
    expect(createScript('local', planned, 'paused')).toBe(`${part('a')}\n${part('b')}`);
    expect(createScript('local', [{ draft: null, name: 'a', text: 'a'.repeat(1 << 16) }], 'off')).toBeNull();
  });

  it('are named', () => {
    expect(copyNames('web', { count: 2, first: 1 })).toBe('web-1, web-2');
    expect(copyNames('web', { count: 40, first: 1 })).toBe('web-1, web-2 … web-40');
  });
});

describe('what is suggested', () => {
  it('is the first free name', () => {
    expect(freeName('linux', new Set(['linux-1', 'linux-2', 'linux-4']))).toBe('linux-3');
  });

  it.each([
    [{}, 'linux-1'],
    [{ kind: 'disk', disk: '/srv/Debian 12.qcow2' }, 'Debian-12-1'],
    [{ kind: 'iso', iso: 'C:\\isos\\alpine-3.19.iso' }, 'alpine-3.19-1'],
    [{ kind: 'disk', disk: '' }, 'disk-1'],
    [{ kind: 'disk', disk: '/srv/###.img' }, 'disk-1'],
  ] as const)('follows the source: %o', (patch, name) => {
    expect(suggestedName(aForm(patch), none)).toBe(name);
    expect(check({ ...patch, name }).errors['name']).toBeUndefined();
  });

  it('is a name without number when copies get numbers of their own', () => {
    expect(suggestedName(aForm(), none, 3)).toBe('linux');
  });

  it('is the memory that the image, or the system on the medium, wants', () => {
    const image = { id: 'tiny-linux', title: '', summary: '', memoryMiB: 96, minimumMemoryMiB: 32 };
    expect(suggestedMemoryMiB(aForm(), [image])).toBe(96);
    expect(suggestedMemoryMiB(aForm({ kind: 'iso' }), [image])).toBeGreaterThan(96);
    const medium = { system: 'Debian 12 netinst' } as Parameters<typeof suggestedMemoryMiB>[2];
    expect(suggestedMemoryMiB(aForm({ kind: 'iso' }), [image], medium)).toBe(512);
  });
});

describe('a dropped file', () => {
  const file = (name: string, text = '', size = text.length) => ({ name, size, text: async () => text });

  it.each([
    ['debian-12.ISO', 'iso'],
    ['disk.qcow2', 'disk'],
    ['vmlinuz-6.1', 'kernel'],
    ['web.cfg', 'config'],
    ['photo.jpg', null],
  ])('%s is told by its name', (name, kind) => expect(kindOf(name)).toBe(kind));

  it('becomes the source where its path is known', async () => {
    const form = aForm();
    expect(await takeDropped(file('a.iso'), '/isos/a.iso', form)).toBeUndefined();
    expect(form).toMatchObject({ kind: 'iso', iso: '/isos/a.iso' });
  });

  it('is asked for when the browser does not tell its path', async () => {
    expect(await takeDropped(file('a.iso'), null, aForm())).toMatch(/Browse/);
  });

  it('is read when it is an xl.cfg file', async () => {
    const form = aForm();
    expect(await takeDropped(file('a.cfg', 'name = "a"'), null, form)).toBeUndefined();
    expect(form).toMatchObject({ kind: 'config', config: 'name = "a"' });
  });

  it.each([
    [file('a.cfg', '', 2 ** 21), /larger/],
    [file('a.cfg', 'a\0b'), /not a text/],
    [file('a.jpg'), /no CD image/],
  ])('is refused with the reason: %#', async (dropped, why) => {
    expect(await takeDropped(dropped, null, aForm())).toMatch(why);
  });
});
