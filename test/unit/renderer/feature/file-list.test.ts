import { describe, expect, it } from 'vitest';
import { joinPath, listEntries, parentOf } from '../../../../renderer/feature/file/file-list.ts';

describe('the list of files', () => {
  const entries = [
    { name: 'b.iso', kind: 'file', bytes: 1 },
    { name: '.cache', kind: 'directory', bytes: null },
    { name: 'notes.txt', kind: 'file', bytes: 2 },
    { name: 'Images', kind: 'directory', bytes: null },
    { name: 'A10.ISO', kind: 'file', bytes: 3 },
    { name: 'a2.iso', kind: 'file', bytes: 4 },
  ] as const;
  const listing = { path: '/srv', parent: '/', entries: [...entries], truncated: false };

  it('has the way up, folders, then files as a person sorts them; hidden ones last', () => {
    expect(listEntries(listing, []).map(({ name }) => name)).toEqual([
      '..',
      'Images',
      '.cache',
      'a2.iso',
      'A10.ISO',
      'b.iso',
      'notes.txt',
    ]);
  });

  it('leaves out files that do not fit, never folders', () => {
    expect(listEntries(listing, ['iso']).map(({ name }) => name)).not.toContain('notes.txt');
    expect(listEntries(listing, ['qcow2']).map(({ name }) => name)).toEqual(['..', 'Images', '.cache']);
  });

  it('has no way up at the top', () => {
    expect(listEntries({ ...listing, parent: null }, [])[0]?.name).toBe('Images');
  });

  it.each([
    ['/srv', 'a.iso', '/srv/a.iso'],
    ['/', 'srv', '/srv'],
    ['C:\\Users\\me', 'a.iso', 'C:\\Users\\me\\a.iso'],
    ['C:\\', 'a.iso', 'C:\\a.iso'],
  ])('joins %s and %s', (directory, name, path) => expect(joinPath(directory, name)).toBe(path));

  it.each([
    ['/srv/a.iso', '/srv'],
    ['/a.iso', '/'],
    ['', undefined],
    ['a.iso', undefined],
    ['C:\\x\\a.iso', 'C:\\x'],
  ])('begins beside %s', (path, directory) => expect(parentOf(path)).toBe(directory));
});
