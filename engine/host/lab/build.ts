import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, rename, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { DomusError } from '../../api/index.ts';
import type { Operation } from '../operation.ts';
import { imageFiles, type ImageManifest } from './image-store.ts';
import { runProgram } from './run-program.ts';

/** What a build writes beside the image until it is done, in bytes. */
const neededBytes = 2.5 * 2 ** 30;

export async function checkSpace(directory: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(directory);
  if (bavail * bsize >= bytes) return;
  const gib = (value: number): string => (value / 2 ** 30).toFixed(1);
  throw new DomusError(
    'ERROR_FAIL',
    `${gib(bytes)} GiB are needed in ${directory}, and ${gib(bavail * bsize)} GiB are free.`,
    { fix: 'Free some space, then try again.' },
  );
}

export async function describeFiles(folder: string): Promise<ImageManifest['files']> {
  const described: Partial<ImageManifest['files']> = {};
  for (const name of imageFiles) {
    const path = join(folder, name);
    const hash = createHash('sha256');
    await pipeline(createReadStream(path), hash);
    described[name] = { bytes: (await stat(path)).size, sha256: hash.digest('hex') };
  }
  return described as ImageManifest['files'];
}

const progressLine = /^@ ([01](?:\.\d+)?) (.+)$/;

/** The sentence in the script's own words, and what apt or another program said last. */
function failure(stage: string, said: string): DomusError {
  const lines = said.split('\n').filter((line) => line.trim() !== '');
  const reason =
    lines.findLast((line) => /^E: |error|cannot|failed/i.test(line)) ?? lines.at(-1) ?? 'no reason given';
  const fetching = stage.startsWith('Fetching');
  return new DomusError('ERROR_FAIL', `The image could not be built. ${stage}: ${reason.slice(0, 500)}`, {
    fix: fetching
      ? 'Check the network and the mirrors in /etc/apt, then build again.'
      : "The task's log has what was said last.",
    log: lines.slice(-40),
  });
}

/** Runs the build script of `recipeDirectory` in `folder`. Some 20 s with a fast mirror; 300 MB are fetched. */
export async function buildImage(
  recipeDirectory: string,
  recipe: string,
  folder: string,
  op: Operation,
): Promise<ImageManifest> {
  await checkSpace(folder, neededBytes);
  const work = join(folder, 'work');
  const out = join(folder, 'out');
  await mkdir(out, { recursive: true });
  let stage = 'Fetching the list of packages';
  const onLine = (line: string): void => {
    const [, fraction, sentence] = progressLine.exec(line) ?? [];
    if (sentence === undefined) return;
    stage = sentence;
    op.log(sentence);
    op.progress(sentence, Number(fraction) * 0.97);
  };
  const { code, said } = await runProgram('bash', [join(recipeDirectory, 'build.sh'), out], {
    env: { WORK: work },
    signal: op.signal,
    onLine,
  });
  if (code !== 0) throw failure(stage, said);
  await rm(work, { recursive: true, force: true });
  for (const name of imageFiles) await rename(join(out, name), join(folder, name));
  await rm(out, { recursive: true, force: true });
  op.progress('Checking the image', 0.98);
  const version = stage.replace(/^Done: /, '');
  return { format: 1, recipe, version, builtAt: Date.now(), files: await describeFiles(folder) };
}
