import { describe, expect, it } from 'vitest';
import { type DomainDraft, domainDraft, type DomainDraftInput } from '../../../engine/api/index.ts';
import { printDraft } from '../../../engine/toolstack/draft.ts';
import { readGuestConfig } from '../../../engine/toolstack/read-config.ts';

const identity = { uuid: '01234567-89ab-cdef-0123-456789abcdef', macs: ['00:16:3e:01:02:03'] };
const image = { kernel: '/i/bzImage', ramdisk: '/i/initramfs.xz', cmdline: 'console=ttyS0' };

const draft = (source: DomainDraftInput['source'], more: Partial<DomainDraftInput> = {}): DomainDraft =>
  domainDraft.parse({ name: 'web', memoryMiB: 128, source, ...more });

/** The text of a draft, read back. */
const through = (value: DomainDraft) =>
  readGuestConfig(printDraft(value, identity, image), 'web.cfg', 1).config;

describe('the file of a draft', () => {
  it('says everything a domain needs', () => {
    expect(through(draft({ kind: 'image', image: 'tiny-linux' }))).toMatchObject({
      name: 'web',
      uuid: identity.uuid,
      type: 'hvm',
      memoryKiB: 131_072,
      vcpus: 1,
      nics: [{ devid: 0, mac: identity.macs[0], bridge: 'xenbr0', model: null }],
      serialPorts: 1,
      onPoweroff: 'destroy',
      onReboot: 'restart',
      onCrash: 'destroy',
    });
  });

  it('tells a ready-made guest its name', () => {
    expect(through(draft({ kind: 'image', image: 'tiny-linux' })).boot).toEqual({
      kind: 'direct',
      kernel: '/i/bzImage',
      ramdisk: '/i/initramfs.xz',
      cmdline: 'console=ttyS0 domus.name=web',
    });
  });

  it('boots a given kernel with exactly the given command line', () => {
    const cmdline = `root=/dev/sda quiet "a b" 'c' \\ #`;
    const config = through(draft({ kind: 'kernel', kernel: '/k k', ramdisk: '/r', cmdline }));
    expect(config.boot).toEqual({ kind: 'direct', kernel: '/k k', ramdisk: '/r', cmdline });
    expect(through(draft({ kind: 'kernel', kernel: '/k' })).boot).toMatchObject({
      ramdisk: null,
      cmdline: '',
    });
  });

  it.each(['/plain.img', '/with blank, and comma.img', '/a=b,vdev=hdz.img', '/ünïcode.img'])(
    'names the disk %s whatever its name',
    (path) => {
      const config = through(draft({ kind: 'disk', disk: path }));
      expect(config.disks).toMatchObject([
        { vdev: 'hda', kind: 'disk', path, format: 'raw', readOnly: false },
      ]);
      expect(config.boot).toEqual({ kind: 'firmware', order: 'c' });
    },
  );

  it('puts an ISO into the CD drive and boots from it', () => {
    const config = through(draft({ kind: 'iso', iso: '/cd.iso' }));
    expect(config.disks).toMatchObject([
      { vdev: 'hdc', kind: 'cdrom', path: '/cd.iso', format: 'raw', readOnly: true },
    ]);
    expect(config.boot).toEqual({ kind: 'firmware', order: 'd' });
  });

  it('has no network card when no bridge was chosen', () => {
    expect(through(draft({ kind: 'iso', iso: '/cd.iso' }, { nics: [] })).nics).toEqual([]);
  });

  it('installs from a CD on a blank disk, which boots by itself afterwards', () => {
    const disks = [{ vdev: 'hda', path: '/new.img', origin: { kind: 'blank' as const, sizeMiB: 64 } }];
    const config = through(draft({ kind: 'iso', iso: '/cd.iso' }, { disks }));
    expect(config.boot).toEqual({ kind: 'firmware', order: 'cd' });
    expect(config.disks.map(({ vdev, path }) => [vdev, path])).toEqual([
      ['hdc', '/cd.iso'],
      ['hda', '/new.img'],
    ]);
  });

  it('boots a paravirtual domain through the kernel on its disk', () => {
    const config = through(draft({ kind: 'disk', disk: '/d.img' }, { type: 'pvh' }));
    expect(config).toMatchObject({ type: 'pvh', boot: { kind: 'bootloader', program: 'pygrub' } });
    expect(config.disks[0]?.vdev).toBe('xvda');
  });

  it('carries cards with all their settings', () => {
    const nics = [
      { bridge: 'br1', mac: '00:16:3e:aa:bb:cc', model: 'virtio' as const, ip: '10.0.0.2', rate: '10Mb/s' },
    ];
    const text = printDraft(draft({ kind: 'iso', iso: '/cd.iso' }, { nics }), identity, null);
    expect(text).toContain('"mac=00:16:3e:aa:bb:cc,bridge=br1,model=virtio-net,ip=10.0.0.2,rate=10Mb/s"');
  });

  it('has a graphical console where one is wanted', () => {
    const vnc = (display: DomainDraftInput['display']) =>
      printDraft(draft({ kind: 'iso', iso: '/cd.iso' }, { display }), identity, null);
    expect(vnc(null)).toContain('vnc = 0');
    expect(vnc({})).toMatch(/vnc = 1\n.*vnclisten = "127.0.0.1"/s);
    expect(vnc({})).toContain('videoram = 16');
    expect(vnc({ port: 5907, password: 'secret', vga: 'cirrus' })).toMatch(/vncdisplay = 7/);
  });
});

describe('what is wrong between fields', () => {
  const cd: DomainDraftInput['source'] = { kind: 'iso', iso: '/cd.iso' };
  it.each([
    ['disks.0.vdev', { disks: [{ vdev: 'hdc', path: '/a' }] }, /hdc is there twice/],
    ['disks.0.path', { disks: [{ vdev: 'hda' }] }, /Choose a file/],
    ['maxMemoryMiB', { memoryMiB: 128, maxMemoryMiB: 64 }, /less than the memory/],
    ['type', { type: 'pvh' }, /only HVM/],
    ['nics.1.mac', { nics: [{ mac: '00:16:3e:00:00:01' }, { mac: '00:16:3E:00:00:01' }] }, /twice/],
    ['nics.0.mac', { nics: [{ mac: '01:16:3e:00:00:01' }] }, /multicast/],
    ['display.port', { display: { port: 80 } }, /begin at 5900/],
    [
      'disks.0.origin.sizeMiB',
      { disks: [{ vdev: 'hda', path: '/a', origin: { kind: 'blank', sizeMiB: 0 } }] },
      /at least 1 MiB/,
    ],
  ] as const)('%s', (field, more, message) => {
    const result = domainDraft.safeParse({ name: 'web', source: cd, ...more });
    const [issue] = result.error?.issues ?? [];
    expect(issue?.path.join('.')).toBe(field);
    expect(issue?.message).toMatch(message);
  });
});
