import { constants, copyFile, link, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { hostId, type LabId } from '../../api/index.ts';
import { writeFileAtomic } from '../local/atomic-file.ts';
import { labFile } from './command-line.ts';
import { makeDisk } from './computer.ts';
import { type Identities, identityDisk, knownHost } from './identity.ts';

/** What is kept in a lab's directory, and what of it is remembered from one run to the next. */
export const labSettings = z.object({
  host: hostId.nullable().default(null),
  sshPort: z.int().min(1).max(65535).nullable().default(null),
  accelerator: z.enum(['kvm', 'tcg']).nullable().default(null),
  startedAt: z.number().nullable().default(null),
});
export type LabSettings = z.infer<typeof labSettings>;

export async function readSettings(directory: string): Promise<LabSettings> {
  try {
    return labSettings.parse(JSON.parse(await readFile(join(directory, labFile.settings), 'utf8')));
  } catch {
    return labSettings.parse({});
  }
}

export const writeSettings = (directory: string, settings: LabSettings): Promise<void> =>
  writeFileAtomic(join(directory, labFile.settings), `${JSON.stringify(settings)}\n`);

/** By what the image calls a file: what the lab calls it. */
const fromImage = {
  xen: labFile.hypervisor,
  vmlinuz: labFile.kernel,
  'initrd.img': labFile.initrd,
  'dom0.qcow2': labFile.base,
} as const;

export const isPrepared = (directory: string): Promise<boolean> =>
  stat(join(directory, labFile.disk)).then(
    () => true,
    () => false,
  );

/** Links where the file system can, so that the image may be deleted; copies elsewhere. */
async function take(from: string, to: string): Promise<void> {
  await rm(to, { force: true });
  await link(from, to).catch(() => copyFile(from, to, constants.COPYFILE_FICLONE));
}

/** A lab as the image has it. The disk comes last: it says that the rest is there. */
export async function prepare(directory: string, image: string, signal: AbortSignal): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await rm(join(directory, labFile.disk), { force: true });
  for (const [name, own] of Object.entries(fromImage)) await take(join(image, name), join(directory, own));
  await makeDisk(directory, labFile.storage, { size: '4G' }, signal);
  await makeDisk(directory, labFile.disk, { base: labFile.base }, signal);
}

/** What the lab is told at this start. */
export async function writeIdentity(
  directory: string,
  keys: Identities,
  lab: LabId,
  sshPort: number,
): Promise<void> {
  await writeFile(join(directory, labFile.identity), identityDisk(keys, lab), { mode: 0o600 });
  await writeFileAtomic(join(directory, labFile.knownHosts), knownHost(keys, lab, sshPort));
}

/** What the lab's own files take, in bytes; the image is not counted. */
export async function ownBytes(directory: string): Promise<number> {
  const sizes = [labFile.disk, labFile.storage].map((name) =>
    stat(join(directory, name)).then(
      ({ blocks }) => blocks * 512,
      () => 0,
    ),
  );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
