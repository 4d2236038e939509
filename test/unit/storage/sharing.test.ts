import { describe, expect, it } from 'vitest';
import { DiskSharing } from '../../../engine/storage/sharing.ts';

const use = (owner: string, readOnly: boolean) => ({ owner, ownerName: owner, readOnly });

describe('sharing a disk image between running domains', () => {
  it.each([
    ['two readers', true, true, true],
    ['a reader beside a writer', false, true, false],
    ['a writer beside a reader', true, false, false],
    ['two writers', false, false, false],
  ])('%s', (_, firstReadOnly, secondReadOnly, allowed) => {
    const sharing = new DiskSharing();
    sharing.acquire('8:1', '/a.img', use('web', firstReadOnly));
    const second = (): unknown => sharing.acquire('8:1', '/a.img', use('db', secondReadOnly));
    if (allowed) expect(second).not.toThrow();
    else expect(second).toThrow(/the domain web (reads|writes) it/);
  });

  it('knows images apart', () => {
    const sharing = new DiskSharing();
    sharing.acquire('8:1', '/a.img', use('web', false));
    expect(() => sharing.acquire('8:2', '/b.img', use('db', false))).not.toThrow();
  });

  it('ends with the use, once', () => {
    const sharing = new DiskSharing();
    const release = sharing.acquire('8:1', '/a.img', use('web', false));
    release();
    release();
    sharing.acquire('8:1', '/a.img', use('db', false));
    release();
    expect(() => sharing.acquire('8:1', '/a.img', use('web', false))).toThrow(/db writes it/);
  });

  it('is refused within one domain too', () => {
    const sharing = new DiskSharing();
    sharing.acquire('8:1', '/a.img', use('web', false));
    expect(() => sharing.acquire('8:1', '/a.img', use('web', false))).toThrow(
      /another disk of the same domain/,
    );
  });
});
