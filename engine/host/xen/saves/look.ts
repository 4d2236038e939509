import { DomusError, saveDirectory, type SaveFileHeader, type SaveInfo } from '../../../api/index.ts';
import { readFileHeader } from '../../../migration/index.ts';
import { readRunningConfig } from '../../../toolstack/read-config.ts';
import { whole } from '../parse/number.ts';
import { clean } from '../shell/text.ts';
import type { Xl } from '../xl.ts';

/** Beginnings of more files than this are not read. */
const maxListed = 1000;
/** A header with its configuration is hardly ever longer. */
const startBytes = 64 * 1024;

/** `SIZE MTIME` and the file's beginning, for each path; `$1` is the mark before each. */
const lookScript =
  'm=$1; n=$2; shift 2; for f in "$@"; do if [ -f "$f" ]; then printf "%s %s %s\\n" "$m" "$(stat -c "%s %Y" "$f")" "$f"; ' +
  `head -c "$n" "$f" | base64; fi; done`;
const listScript = `m=$1; n=$2; set -- ${saveDirectory}/*; [ $# -le ${maxListed} ] || set --; ${lookScript.slice('m=$1; n=$2; shift 2; '.length)}`;

export interface Look {
  readonly header: SaveFileHeader | null;
  readonly save: SaveInfo;
}

/** The configuration that is saved with the domain; null when it makes no sense. */
function savedConfig(json: string): { name: string; uuid: string | null; memoryKiB: number } | null {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null
      ? readRunningConfig(value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

async function lookOf(printed: string): Promise<Look | null> {
  const match = /^ (\d{1,15}) (\d{1,12}) (\/[^\n]{1,4095})\n/.exec(printed);
  if (!match) return null;
  const [heading, bytes, seconds, path = ''] = match;
  const save: SaveInfo = {
    path: clean(path, 4096),
    bytes: whole(bytes),
    savedAt: whole(seconds) * 1000,
    domain: null,
    name: null,
    memoryKiB: null,
    paused: false,
    byHost: false,
    problem: null,
    warnings: [],
  };
  try {
    const start = Buffer.from(printed.slice(heading.length), 'base64');
    const { config, ...header } = await readFileHeader(start);
    const saved = savedConfig(config);
    if (!saved) return { header, save: { ...save, problem: 'It says nothing of the domain in it.' } };
    const { name, uuid, memoryKiB } = saved;
    return { header, save: { ...save, domain: uuid, name: clean(name, 256), memoryKiB } };
  } catch (error) {
    const problem = error instanceof Error ? error.message.slice(0, 1000) : String(error);
    return { header: null, save: { ...save, problem } };
  }
}

const mark = '@save';
const looksOf = async (stdout: string): Promise<Look[]> =>
  (
    await Promise.all(
      stdout
        .split(new RegExp(`^${mark}`, 'm'))
        .slice(1)
        .map(lookOf),
    )
  ).flatMap((look) => look ?? []);

/** The files of the save directory, newest first. */
export async function listSaves(xl: Xl): Promise<SaveInfo[]> {
  const { stdout } = await xl.script('listing saves', listScript, [mark, String(startBytes)], {
    maxBytes: 128 * 1024 * 1024,
  });
  const looks = await looksOf(stdout);
  return looks.map(({ save }) => save).sort((a, b) => b.savedAt - a.savedAt);
}

/** Any file of the host. ERROR_NOTFOUND. */
export async function lookAt(xl: Xl, path: string): Promise<Look> {
  const { stdout } = await xl.script('reading a save', lookScript, [mark, String(startBytes), path]);
  const [look] = await looksOf(stdout);
  if (look) return look;
  throw new DomusError('ERROR_NOTFOUND', `There is no file ${path} on the host.`, { field: 'path' });
}
