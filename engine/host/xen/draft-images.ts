import { type DomainDraft, DomusError, imagesFolder, qemuImgName } from '../../api/index.ts';
import type { Operation } from '../host.ts';
import type { XenContext } from './host-context.ts';
import { clean } from './shell/text.ts';
import { slowMs } from './xl.ts';

/** An image to be made; `field` is the one to blame. */
export interface Wanted {
  readonly field: string;
  readonly path: string;
  readonly format: 'raw' | 'qcow2' | 'vhd';
  /** In MiB; null: a copy. */
  readonly sizeMiB: number | null;
  readonly of: string;
}

/** The images that a draft wants made on the host, in the order of its drives. */
function wantedBy({ source, disks }: DomainDraft): Wanted[] {
  const own: Wanted[] =
    source.kind === 'disk' && source.copyTo !== null
      ? [
          {
            field: 'source.copyTo',
            path: source.copyTo,
            format: source.format,
            sizeMiB: null,
            of: source.disk,
          },
        ]
      : [];
  const further = disks.flatMap(({ path, origin, format }, index): Wanted[] => {
    if (path === null || origin === null) return [];
    const field = `disks.${index}.path`;
    return origin.kind === 'blank'
      ? [{ field, path, format, sizeMiB: origin.sizeMiB, of: '' }]
      : [{ field, path, format, sizeMiB: null, of: origin.of }];
  });
  return [...own, ...further];
}

/**
 * Arguments: path, format, MiB or '', what to copy or '', the folder that is made when it is not there. The image appears under its name when it is whole; the first word
 * of the answer says what was in the way.
 */
const makeScript = [
  'd=${1%/*}; t="$d/.${1##*/}.domus-$$";',
  '[ "$d" != "$5" ] || mkdir -p "$d" || exit 1;',
  '[ -d "$d/" ] || { echo FOLDER; exit 1; }; [ ! -e "$1" ] || { echo EXISTS; exit 1; };',
  'need=$3; [ -z "$4" ] || need=$(( $(stat -Lc "%b*%B" "$4") / 1048576 )) || exit 1;',
  `free=$(( $(df -Pk "$d/" | awk 'NR==2 {print $4}') / 1024 )) || exit 1;`,
  '[ "$need" -le "$free" ] || { echo "ROOM $free"; exit 1; };',
  `trap 'rm -f "$t"' EXIT; trap 'exit 1' HUP INT TERM PIPE;`,
  'if [ -n "$4" ]; then cp --sparse=always --reflink=auto "$4" "$t" || exit 1;',
  'elif [ "$2" = raw ]; then truncate -s "$3M" "$t" || exit 1;',
  'else q=$(PATH=$PATH:/usr/lib/xen/bin:/usr/local/lib/xen/bin command -v qemu-img) || { echo TOOL; exit 1; };',
  '"$q" create -q -f "$2" "$t" "$3M" || exit 1; fi;',
  'sync "$t" 2>/dev/null;',
  'ln "$t" "$1" 2>/dev/null || { [ ! -e "$1" ] || { echo EXISTS; exit 1; }; mv "$t" "$1"; }',
].join(' ');

function refusal({ field, path, format }: Wanted, stdout: string, stderr: string): DomusError {
  const [word = '', figure = ''] = stdout.trim().split(' ');
  const folder = path.slice(0, path.lastIndexOf('/')) || '/';
  switch (word) {
    case 'EXISTS':
      return new DomusError('ERROR_DEVICE_EXISTS', `The image ${path} is there already.`, {
        field,
        fix: 'Choose another name, or use the image that is there.',
      });
    case 'FOLDER':
      return new DomusError('ERROR_FAIL', `The image ${path} cannot be made: there is no folder ${folder}.`, {
        field,
        fix: 'Choose another place.',
      });
    case 'ROOM':
      return new DomusError(
        'ERROR_FAIL',
        `The image ${path} does not fit: ${figure} MiB are free in ${folder}.`,
        {
          field,
          fix: 'Choose a smaller size or another place, or delete something.',
        },
      );
    case 'TOOL':
      return new DomusError('ERROR_NI', `The host has no qemu-img to make a ${format} image with.`, {
        field,
        fix: 'Choose the format raw, or install qemu-utils on the host.',
      });
    default:
      return new DomusError(
        'ERROR_FAIL',
        `The image ${path} cannot be made: ${clean(stderr, 300) || 'the host does not say why'}.`,
        { field, fix: 'Choose another place.' },
      );
  }
}

/** Makes the new images of a draft on the host, all or none. `undo` takes them away again. */
export const makeImages = (
  draft: DomainDraft,
  host: Pick<XenContext, 'xl' | 'warnings'>,
  op: Operation,
): Promise<{ undo(): Promise<void> }> => makeWanted(wantedBy(draft), draft.name, host, op);

/** The same for a list of images of the domain `name`. */
export async function makeWanted(
  wantedImages: readonly Wanted[],
  name: string,
  { xl, warnings }: Pick<XenContext, 'xl' | 'warnings'>,
  op: Operation,
): Promise<{ undo(): Promise<void> }> {
  const made: string[] = [];
  const undo = async (): Promise<void> => {
    for (const path of made.splice(0)) {
      await xl
        .script('deleting an image', 'rm -f -- "$1"', [path])
        .catch(() => warnings.add(`The image ${path} was made for ${name} and may still be there.`));
    }
  };
  try {
    for (const wanted of wantedImages) {
      op.signal.throwIfAborted();
      op.progress(`Making ${wanted.path}`, null);
      const { path, format, sizeMiB, of } = wanted;
      const args = [path, qemuImgName[format], sizeMiB === null ? '' : String(sizeMiB), of, imagesFolder];
      const options = { timeoutMs: slowMs, signal: op.signal };
      const { code, stdout, stderr } = await xl.script('making an image', makeScript, args, options);
      if (code !== 0) throw refusal(wanted, stdout, stderr);
      made.push(path);
      op.log(`Made the image ${path}.`);
    }
  } catch (error) {
    await undo();
    throw error;
  }
  return { undo };
}
