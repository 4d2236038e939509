import { maxPools, type StorageInventory } from '../../../api/index.ts';
import {
  type Drive,
  drivesOf,
  type FoundFolder,
  type FoundStorage,
  foldersOf,
  imageEndings,
  poolsOf,
} from '../../storage-pools.ts';
import type { XenContext } from '../host-context.ts';
import { groupFields, parseGroups, volumeFields } from '../parse/lvm.ts';
import { readLines } from '../parse/read-lines.ts';
import { fileFormat, parseFile, parseFolder, systemFormat } from '../parse/stat.ts';
import { clean } from '../shell/text.ts';

const maxFolders = 100;
const maxFiles = 2000;
/** Volumes of all groups. */
const maxListed = 20_000;
const maxBytes = 3 * 1024 * 1024;

const report = '--noheadings --nosuffix --units b --separator "|"';

/**
 * Arguments: how many folders there are, which names are images, how `stat` prints files. Standard input: the folders, the first
 * of which is listed whole, then the paths of drives. `@end` is missing when there was more than is read.
 */
const script = [
  '{ if command -v lvs >/dev/null 2>&1; then',
  `echo @vgs; vgs ${report} -o ${groupFields} 2>/dev/null </dev/null | head -n ${maxPools};`,
  `echo @lvs; lvs ${report} -o ${volumeFields} 2>/dev/null </dev/null | head -n ${maxListed}; fi;`,
  'i=0; while [ $i -lt "$1" ] && IFS= read -r d; do i=$((i+1)); echo @folder;',
  `stat -L -f -c ${systemFormat} -- "$d" 2>/dev/null || echo; stat -L -c %d:%i -- "$d" 2>/dev/null || echo;`,
  '( cd -- "$d" 2>/dev/null && ls -A | { if [ $i = 1 ]; then cat; else grep -iE -e "$2"; fi; }',
  `| head -n ${maxFiles + 1} | tr "\\n" "\\0" | xargs -0 -r stat -L -c "$3" -- 2>/dev/null ); done;`,
  'echo @drives; tr "\\n" "\\0" | xargs -0 -r stat -L -c "$3" -- 2>/dev/null; echo @end; }',
  `| head -c ${maxBytes}`,
].join(' ');

const imageNames = `\\.(${imageEndings.join('|')})$`;

/** What was printed, by the mark above it; one list of lines per folder. */
interface Sections {
  readonly vgs: readonly string[];
  readonly lvs: readonly string[];
  readonly drives: readonly string[];
  readonly folders: readonly (readonly string[])[];
  readonly isWhole: boolean;
}

function sectionsOf(text: string): Sections {
  const once = { vgs: [] as string[], lvs: [] as string[], drives: [] as string[], end: [] as string[] };
  const folders: string[][] = [];
  let section: string[] = [];
  for (const line of text.split('\n')) {
    if (line === '@folder') folders.push((section = []));
    else if (line.startsWith('@') && line.slice(1) in once)
      section = once[line.slice(1) as keyof typeof once];
    else section.push(line);
  }
  return { ...once, folders, isWhole: text.endsWith('@end\n') };
}

/** What the script printed about these folders. Whatever it is, what can be read of it is within the contract's bounds. */
export async function parseStorage(text: string, folders: readonly string[]): Promise<FoundStorage> {
  const { vgs, lvs, drives, isWhole, ...sections } = sectionsOf(text);
  const found: FoundFolder[] = [];
  for (const [at, path] of folders.entries()) {
    const [system = '', identity = '', ...lines] = sections.folders[at] ?? [];
    const files = (await readLines(lines, (line) => parseFile(line, path))).filter(({ isFile }) => isFile);
    const truncated = lines.length > maxFiles;
    found.push({
      path: clean(path, 4096),
      ...parseFolder(system, identity),
      files: files.slice(0, maxFiles),
      truncated,
    });
  }
  return {
    folders: found,
    groups: await parseGroups(vgs, lvs),
    behind: new Map((await readLines(drives, (line) => parseFile(line))).map((file) => [file.path, file])),
    truncated: !isWhole || vgs.length >= maxPools || lvs.length >= maxListed,
  };
}

/** Folders that hold images of the host's domains, and volume groups where there is LVM. */
export async function readStorage(host: XenContext, signal?: AbortSignal): Promise<StorageInventory> {
  const drives = drivesOf(host.domains.all).map(({ user, ...drive }): Drive => {
    return { ...drive, user: { ...user, name: clean(user.name, 256), vdev: clean(user.vdev, 32) } };
  });
  const all = foldersOf(drives);
  const folders = all.slice(0, maxFolders);
  const paths = [...new Set(drives.map(({ path }) => path))];
  const { stdout } = await host.xl.script(
    'a look at its storage',
    script,
    [String(folders.length), imageNames, fileFormat],
    { stdin: [...folders, ...paths].map((line) => `${line}\n`).join(''), signal },
  );
  const found = await parseStorage(stdout, folders);
  const truncated = found.truncated || all.length > folders.length;
  return poolsOf({ ...found, truncated }, drives, host.clock.wallMs());
}
