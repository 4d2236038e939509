import { randomBytes } from 'node:crypto';
import { DomusError } from '../../api/index.ts';
import type { XenContext } from './host-context.ts';
import { clean } from './shell/text.ts';
import type { Xl } from './xl.ts';

/** Files of the host. */

const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '');

/** Which of these paths are not there. */
export async function missingFiles(xl: Xl, paths: readonly string[]): Promise<string[]> {
  if (paths.length === 0) return [];
  const { stdout } = await xl.script(
    'test -e',
    'for f in "$@"; do [ -e "$f" ] || printf "%s\\n" "$f"; done',
    paths,
  );
  return lines(stdout);
}

const exists = 'EXISTS';
const tooSmall = 'CUT';

/**
 * Written beside its place, whole, flushed, and only then moved there: at any instant the old or the new content is there. The
 * number of bytes is checked before, so that a connection lost in the middle leaves nothing.
 */
const writeScript =
  'set -e; umask 022; d=${1%/*}; f=${1##*/}; t="$d/.$f.domus-$$"; trap \'rm -f "$t"\' EXIT; cat >"$t"; ' +
  `if [ "$(wc -c <"$t")" -ne "$2" ]; then echo ${tooSmall}; exit 1; fi; ` +
  'sync "$t" 2>/dev/null || sync; ' +
  `if [ "$3" = new ]; then ln "$t" "$1" 2>/dev/null || { if [ -e "$1" ]; then echo ${exists}; exit 1; fi; mv "$t" "$1"; }; ` +
  'else if [ -e "$1" ]; then chmod --reference="$1" "$t" 2>/dev/null || true; fi; mv -f "$t" "$1"; fi';

/** `how` new: ERROR_DEVICE_EXISTS when there is a file of that name. */
export async function writeHostFile(
  xl: Xl,
  path: string,
  text: string,
  how: 'new' | 'replace',
): Promise<void> {
  const bytes = Buffer.byteLength(text);
  const { code, stdout, stderr } = await xl.script(
    'writing a file',
    writeScript,
    [path, String(bytes), how],
    { stdin: text },
  );
  if (code === 0) return;
  if (stdout.startsWith(exists)) {
    throw new DomusError('ERROR_DEVICE_EXISTS', `There is a file ${path} on the host already.`, {
      field: 'name',
      fix: 'Choose another name, or move that file away.',
    });
  }
  throw new DomusError(
    'ERROR_FAIL',
    `${path} could not be written on the host: ${clean(stderr, 300) || 'it did not arrive whole'}.`,
    {
      fix: 'Is the file system full or read-only?',
    },
  );
}

/** Also the links to it in /etc/xen/auto. No failure when it is gone already. */
export async function removeHostFile(xl: Xl, path: string): Promise<void> {
  const script =
    'for a in /etc/xen/auto/*; do if [ -L "$a" ] && [ "$(readlink -f "$a")" = "$(readlink -f "$1")" ]; then rm -f "$a"; fi; done; rm -f -- "$1"';
  const { code, stderr } = await xl.script('deleting a file', script, [path]);
  if (code !== 0) {
    throw new DomusError('ERROR_FAIL', `${path} could not be deleted on the host: ${clean(stderr, 300)}.`);
  }
}

/** Gives `use` the path of a file with this text on the host, which goes again afterwards. */
export async function withTemporaryFile<T>(
  { xl, warnings }: Pick<XenContext, 'xl' | 'warnings'>,
  text: string,
  use: (path: string) => Promise<T>,
): Promise<T> {
  const path = `/tmp/domus-${randomBytes(8).toString('hex')}.cfg`;
  await writeHostFile(xl, path, text, 'new');
  try {
    return await use(path);
  } finally {
    await removeHostFile(xl, path).catch(() => warnings.add(`The file ${path} may still be on the host.`));
  }
}
