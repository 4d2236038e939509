import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { removeLeftovers, writeFileAtomic } from '../../../../engine/host/local/atomic-file.ts';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'domus-atomic-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

describe('writing a file as a whole', () => {
  it('replaces it, making directories on the way, and leaves nothing else', async () => {
    const path = join(dir, 'a/b/web.cfg');
    await writeFileAtomic(path, 'old');
    await writeFileAtomic(path, 'new', { mode: 0o600 });
    expect(await readFile(path, 'utf8')).toBe('new');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(join(dir, 'a/b'))).toEqual(['web.cfg']);
  });

  it('never mixes two writers', async () => {
    const path = join(dir, 'web.cfg');
    const texts = ['a', 'b', 'c', 'd'].map((letter) => letter.repeat(100_000));
    await Promise.all(texts.map((text) => writeFileAtomic(path, text)));
    expect(texts).toContain(await readFile(path, 'utf8'));
    expect(await readdir(dir)).toEqual(['web.cfg']);
  });

  it('keeps what is there when the file has to be new', async () => {
    const path = join(dir, 'web.cfg');
    await writeFile(path, 'mine');
    await expect(writeFileAtomic(path, 'yours', { exclusive: true })).rejects.toMatchObject({
      code: 'EEXIST',
    });
    expect(await readFile(path, 'utf8')).toBe('mine');
    expect(await readdir(dir)).toEqual(['web.cfg']);
  });

  it('lets one of several win when the file has to be new', async () => {
    const path = join(dir, 'web.cfg');
    const ends = await Promise.allSettled(
      ['a', 'b', 'c'].map((text) => writeFileAtomic(path, text, { exclusive: true })),
    );
    expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });
});

describe('what a killed engine left', () => {
  it('is removed, and nothing else', async () => {
    for (const name of [
      '.web.cfg.domus-0123abcd',
      '.db.cfg.domus-ffffffff',
      'web.cfg',
      '.hidden',
      '.web.cfg.swp',
    ]) {
      await writeFile(join(dir, name), '');
    }
    expect(await removeLeftovers(dir)).toBe(2);
    expect((await readdir(dir)).sort()).toEqual(['.hidden', '.web.cfg.swp', 'web.cfg']);
    expect(await removeLeftovers(join(dir, 'nowhere'))).toBe(0);
  });
});
