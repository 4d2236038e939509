import { existsSync } from 'node:fs';
import { isAbsolute, posix } from 'node:path';
import { DomusError } from '../../../api/index.ts';
import { fromMachineError } from '../../../toolstack/machine-errors.ts';
import { writeCore } from '../../../toolstack/core-dump.ts';
import type { Operation } from '../../host.ts';
import type { HostContext } from '../context.ts';
import { liveGuest } from './target.ts';

/** A file to be made: in Domain-0's tree when its directory is there, else on this computer. */
export function newFilePath(host: HostContext, path: string): string {
  if (!isAbsolute(path))
    throw new DomusError('ERROR_INVAL', `${path} is not an absolute path.`, { field: 'path' });
  const inside = host.stateDir.real(path);
  const directory = posix.dirname(posix.normalize(path));
  return directory !== '/' && existsSync(host.stateDir.real(directory)) ? inside : path;
}

/** `xl dump-core`: the guest stands still meanwhile. Legal also for one that has ended and is preserved. */
export async function dumpCore(
  host: HostContext,
  id: string,
  path: string,
  op: Operation,
): Promise<{ bytes: number }> {
  const { domain, live } = liveGuest(host, id);
  const file = newFilePath(host, path);
  return domain.exclusive.run('saving', op.signal, async (signal) => {
    const running = live.alive && !live.paused;
    if (running) await live.pause();
    try {
      const progress = (fraction: number): void => op.progress('Writing memory', fraction);
      const bytes = await writeCore(live.machine, file, { signal, progress });
      op.log(`Wrote ${bytes} bytes to ${path}.`);
      return { bytes };
    } catch (error) {
      throw fromMachineError(error);
    } finally {
      if (running && live.alive) await live.unpause();
    }
  });
}
