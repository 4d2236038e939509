import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { directoryListing } from '../../../engine/api/index.ts';
import { browse } from '../../../engine/service/file-browse.ts';

describe('browse', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'domus-browse-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('lists directories first, then files, by name with numbers in order', async () => {
    await writeFile(join(directory, 'disk10.img'), '0123456789');
    await writeFile(join(directory, 'disk9.img'), '');
    await mkdir(join(directory, 'zoo'));
    expect(await browse(directory)).toEqual({
      path: directory,
      parent: dirname(directory),
      entries: [
        { name: 'zoo', kind: 'directory', bytes: null },
        { name: 'disk9.img', kind: 'file', bytes: 0 },
        { name: 'disk10.img', kind: 'file', bytes: 10 },
      ],
      truncated: false,
    });
  });

  it('follows links to files and directories, and leaves out broken ones', async () => {
    await symlink('/nowhere/at/all', join(directory, 'broken'));
    await symlink(directory, join(directory, 'self'));
    expect((await browse(directory)).entries).toEqual([{ name: 'self', kind: 'directory', bytes: null }]);
  });

  it('says when there is more than it lists', async () => {
    await Promise.all(Array.from({ length: 5001 }, (_, i) => writeFile(join(directory, `f${i}`), '')));
    const listing = await browse(directory);
    expect(listing.entries).toHaveLength(5000);
    expect(listing.truncated).toBe(true);
    expect(directoryListing.safeParse(listing).success).toBe(true);
  });

  it('begins at home; the root has no parent', async () => {
    expect((await browse()).path).toBe(homedir());
    expect((await browse('/')).parent).toBeNull();
  });

  it.each([
    ['a relative path', 'etc', { code: 'ERROR_INVAL', field: 'path' }],
    ['a missing directory', '/no/such/place', { code: 'ERROR_NOTFOUND', field: 'path' }],
    ['a file', import.meta.filename, { code: 'ERROR_NOTFOUND', field: 'path' }],
    ['a path that is too long', `/${'x'.repeat(4000)}`, { code: 'ERROR_NOTFOUND' }],
  ])('refuses %s', async (_case, path, expected) => {
    await expect(browse(path)).rejects.toMatchObject(expected);
  });
});
