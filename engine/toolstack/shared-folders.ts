import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { DomusError } from '../api/index.ts';
import type { ShareConfig } from '../device/p9/index.ts';
import type { MachineFolder } from '../guest/machine.ts';
import { fileProblem } from '../storage/raw-disk.ts';
import type { ImageContext } from './disk-images.ts';

type Context = Pick<ImageContext, 'resolve'>;
const field = 'p9';

/** Can this folder be shared? ERROR_NOTFOUND, ERROR_INVAL or ERROR_FAIL, field `p9`. The path on this computer. */
export async function checkFolder(
  { path, readOnly }: Pick<ShareConfig, 'path' | 'readOnly'>,
  { resolve }: Context,
): Promise<string> {
  if (path === '')
    throw new DomusError('ERROR_INVAL', 'A shared folder has no path.', {
      field,
      fix: 'Say which folder: path=/srv/share.',
    });
  const real = resolve(path);
  const what = 'The shared folder';
  const found = await stat(real).catch((error: unknown) => {
    throw new DomusError('ERROR_NOTFOUND', fileProblem(what, path, error), {
      field,
      fix: 'Create it, or choose another folder.',
    });
  });
  if (!found.isDirectory())
    throw new DomusError('ERROR_INVAL', `${path} is a file, not a folder.`, { field });
  const rights = constants.R_OK | constants.X_OK | (readOnly ? 0 : constants.W_OK);
  await access(real, rights).catch(() => {
    const may = readOnly ? 'read' : 'read and written';
    throw new DomusError('ERROR_FAIL', `${what} ${path} may not be ${may} by this user.`, {
      field,
      fix: readOnly
        ? 'Give this user the right to it.'
        : 'Give this user the right to it, or share it read-only.',
    });
  });
  return real;
}

/** The folders of a configuration as a machine takes them. Errors: those of `checkFolder`. */
export async function prepareFolders(
  shares: readonly ShareConfig[],
  context: Context,
): Promise<MachineFolder[]> {
  const folders: MachineFolder[] = [];
  for (const share of shares) {
    const { tag, readOnly } = share;
    folders.push({ tag, readOnly, path: await checkFolder(share, context) });
  }
  return folders;
}
