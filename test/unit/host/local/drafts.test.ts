import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DomainDraftInput } from '../../../../engine/api/index.ts';
import { createCopies } from '../../../../engine/host/copies.ts';
import { draftOf } from '../../../support/drafts.ts';
import { LocalHarness } from '../../../support/local-host-harness.ts';

let harness: LocalHarness;
beforeEach(async () => {
  harness = await LocalHarness.open();
});
afterEach(() => harness.close());

const images = async (): Promise<string[]> =>
  (await readdir(join(harness.stateDir, 'var/lib/xen/images')))
    .filter((name) => name.endsWith('.img'))
    .sort();
const cfg = (name: string): Promise<string> =>
  readFile(join(harness.stateDir, `etc/xen/${name}.cfg`), 'utf8');
const off = { start: false, paused: false };
const create = (more: Partial<DomainDraftInput>, options = off) =>
  harness.settle(harness.host.create(draftOf('web', more), options, harness.op()));
const blank = (path: string, sizeMiB = 4) => ({
  vdev: 'xvda',
  path,
  origin: { kind: 'blank' as const, sizeMiB },
});

describe('a new disk', () => {
  it('is made in the host’s own tree and named in the file', async () => {
    await create({ disks: [blank('/var/lib/xen/images/web.img')] });
    expect(await images()).toEqual(['web.img']);
    expect((await stat(join(harness.stateDir, 'var/lib/xen/images/web.img'))).size).toBe(4 * 2 ** 20);
    expect(await cfg('web')).toContain('target=/var/lib/xen/images/web.img');
  });

  it('is a copy of another image when one is imported so', async () => {
    const disk = await harness.write('original.img', Buffer.alloc(2048, 3));
    const copyTo = '/var/lib/xen/images/web.img';
    await create({ source: { kind: 'disk', disk, copyTo } });
    const copy = await readFile(join(harness.stateDir, copyTo));
    expect(copy.equals(Buffer.alloc(2048, 3))).toBe(true);
    expect(await cfg('web')).toContain(`target=${copyTo}`);
  });

  it.each([
    ['the start fails', { memoryMiB: 2000 }, { start: true, paused: false }],
    [
      'a later disk cannot be made',
      { disks: [blank('/var/lib/xen/images/a.img'), { ...blank('/no/such/b.img'), vdev: 'xvdb' }] },
      off,
    ],
  ] as const)('goes again when %s', async (_what, more, options) => {
    const disks = [blank('/var/lib/xen/images/web.img')];
    await expect(create({ disks, ...more } as Partial<DomainDraftInput>, options)).rejects.toThrow();
    expect(await images()).toEqual([]);
    await expect(cfg('web')).rejects.toThrow('ENOENT');
  });

  it('that is there already is the disk’s problem', async () => {
    await harness.write('state/var/lib/xen/images/web.img', 'precious');
    await expect(create({ disks: [blank('/var/lib/xen/images/web.img')] })).rejects.toMatchObject({
      code: 'ERROR_DEVICE_EXISTS',
      field: 'disks.0.path',
    });
    expect(await images()).toEqual(['web.img']);
  });
});

it.each([
  ['vcpus', { vcpus: 2 }, /32-bit: at most 1 vCPU/],
  ['memoryMiB', { memoryMiB: 4096 }, /32-bit: at most 2047 MiB/],
  ['nics.1.bridge', { nics: [{}, { bridge: 'br9' }] }, /no bridge br9/],
  ['disks.0.path', { disks: [{ vdev: 'xvda', path: '/no/such.img' }] }, /does not exist/],
] as const)('what this host cannot do is refused at %s', async (field, more, message) => {
  await expect(create(more as Partial<DomainDraftInput>)).rejects.toMatchObject({
    field,
    message: expect.stringMatching(message),
  });
});

describe('numbered copies', () => {
  const copies = (count: number, more: Partial<DomainDraftInput> = {}, options = off, op = harness.op()) =>
    harness.settle(createCopies(harness.host, draftOf('web', more), { count, first: 1 }, options, op));

  it('have name, UUID, MAC and disk of their own', async () => {
    const op = harness.op();
    const { domains } = await copies(3, { disks: [blank('/var/lib/xen/images/web.img')] }, off, op);
    expect(new Set(domains).size).toBe(3);
    expect(await images()).toEqual(['web-1.img', 'web-2.img', 'web-3.img']);
    const texts = await Promise.all(['web-1', 'web-2', 'web-3'].map(cfg));
    const macs = texts.map((text) => /mac=([^,"]*)/.exec(text)?.[1]);
    expect(new Set(macs).size).toBe(3);
    expect(texts[1]).toContain('target=/var/lib/xen/images/web-2.img');
    expect(op.stages.some((stage) => stage.startsWith('web-3: '))).toBe(true);
  });

  it('stop at the first that fails, whole ones staying, and say so', async () => {
    const more = { memoryMiB: 300, disks: [blank('/var/lib/xen/images/web.img')] };
    await expect(copies(4, more, { start: true, paused: false })).rejects.toMatchObject({
      code: 'ERROR_NOMEM',
      message: expect.stringMatching(/^2 of 4 were made: web-1 and web-2 are there\. web-3 was not: .*MiB/),
    });
    expect(await images()).toEqual(['web-1.img', 'web-2.img']);
    await expect(cfg('web-3')).rejects.toThrow('ENOENT');
  });

  it('are refused when all would write to one image', async () => {
    const disk = await harness.write('original.img', Buffer.alloc(2048));
    await expect(copies(2, { source: { kind: 'disk', disk } })).rejects.toMatchObject({
      field: 'source.disk',
    });
    expect(harness.host.domains()).toHaveLength(1);
  });
});
