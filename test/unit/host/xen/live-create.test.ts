import { expect, it } from 'vitest';
import { asFile } from '../../../../engine/host/xen/dom0/live-create.ts';

const source = '/etc/xen/web.cfg';
const files = [{ path: source, text: 'name = "web"\nmemory = 64\n' }];
const known = files[0]?.text ?? '';
const line = 'bootloader_args=["--entry=1","--args=a b"]';

it.each([
  ['the file itself', known, [source]],
  ['the file and one line more', `${known}\n${line}\n`, [source, line]],
  ['another text', `# ${known}`, null],
  ['the file and two lines more', `${known}memory=32\n${line}\n`, null],
  ['the file and no setting', `${known}--help\n`, null],
  ['the file with its last line changed', `${known.trimEnd()}0\n`, null],
])('xl create is told %s', (_what, text, words) => {
  expect(asFile(files, { text, source })).toEqual(words);
});

it('a file that is not known is no file of the host', () => {
  expect(asFile(files, { text: known, source: '/root/web.cfg' })).toBeNull();
});
