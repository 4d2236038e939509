import { describe, expect, it } from 'vitest';
import {
  checkForm,
  fieldOfPath,
  freeName,
  suggestedMemoryMiB,
  suggestedName,
  toDraft,
  type DraftForm,
} from '../../../../renderer/feature/create/draft-form.ts';

const aForm = (patch: Partial<DraftForm> = {}): DraftForm => ({
  kind: 'image',
  name: 'linux-1',
  memoryMiB: '64',
  bridge: 'xenbr0',
  image: 'tiny-linux',
  kernel: '',
  ramdisk: '',
  cmdline: '',
  disk: '',
  iso: '',
  after: 'run',
  ...patch,
});
const none = new Set<string>();

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
    ['a disk', { kind: 'disk', disk: '/d.qcow2' }, { kind: 'disk', disk: '/d.qcow2' }],
    ['a CD', { kind: 'iso', iso: '/c.iso' }, { kind: 'iso', iso: '/c.iso' }],
  ] as const)('of %s', (_what, patch, source) => {
    expect(toDraft(aForm(patch)).source).toEqual(source);
    expect(checkForm(aForm(patch), none, 'embedded').errors).toEqual({});
  });

  it('has no network card when no bridge is chosen', () => {
    expect(toDraft(aForm({ bridge: '' })).nics).toEqual([]);
  });
});

describe('checks as one types', () => {
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
    ['kernel', { kind: 'kernel' }, /Choose a file/],
    ['disk', { kind: 'disk' }, /Choose a file/],
    ['iso', { kind: 'iso', iso: '   ' }, /Choose a file/],
    ['cmdline', { kind: 'kernel', kernel: '/k', cmdline: 'x'.repeat(3000) }, /2047/],
  ] as const)('%s: %o', (field, patch, message) => {
    const { draft, errors } = checkForm(aForm(patch), new Set(['taken']), 'embedded');
    expect(draft).toBeNull();
    expect(Object.keys(errors)).toEqual([field]);
    expect(errors[field]).toMatch(message);
  });
});

describe('an error of the engine', () => {
  it.each([
    ['name', 'name'],
    ['draft.name', 'name'],
    ['draft.source.kernel', 'kernel'],
    ['memoryMiB', 'memoryMiB'],
    ['host', null],
  ])('about %s belongs to %s', (path, field) => expect(fieldOfPath(path)).toBe(field));
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
    expect(checkForm(aForm({ name }), none, 'embedded').errors.name).toBeUndefined();
  });

  it('is the memory that the image wants', () => {
    const image = { id: 'tiny-linux', title: '', summary: '', memoryMiB: 96, minimumMemoryMiB: 32 };
    expect(suggestedMemoryMiB(aForm(), [image])).toBe(96);
    expect(suggestedMemoryMiB(aForm({ kind: 'iso' }), [image])).toBeGreaterThan(96);
  });
});
