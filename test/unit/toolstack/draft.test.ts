import { describe, expect, it } from 'vitest';
import { type DomainDraft, domainDraft, type DomainDraftInput } from '../../../engine/api/index.ts';
import { printDraft } from '../../../engine/toolstack/draft.ts';
import { readGuestConfig } from '../../../engine/toolstack/read-config.ts';

const identity = { uuid: '01234567-89ab-cdef-0123-456789abcdef', mac: '00:16:3e:01:02:03' };
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
      nics: [{ devid: 0, mac: identity.mac, bridge: 'xenbr0', model: null }],
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
    expect(through(draft({ kind: 'iso', iso: '/cd.iso' }, { bridge: null })).nics).toMatchObject([]);
  });
});
