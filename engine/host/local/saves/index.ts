import { readdir } from 'node:fs/promises';
import { posix } from 'node:path';
import { DomusError, type SaveFileHeader, type SaveInfo } from '../../../api/index.ts';
import type { Operation } from '../../host.ts';
import type { SaveRequest, SaveTools } from '../../save.ts';
import { removeFileDurably } from '../atomic-file.ts';
import { liveGuest, runningGuest } from '../dom0/target.ts';
import { lookAt } from './file.ts';
import { restoreDomain, type RestoreRequest } from './restore.ts';
import { forget, saveDomain, type SaveParts } from './save.ts';
import { xendomainsOf } from './xendomains.ts';

const maxListed = 1000;

/** Saves of the embedded host's domains. */
export class LocalSaves implements SaveTools {
  readonly #parts: SaveParts;

  constructor(parts: SaveParts) {
    this.#parts = parts;
  }

  async list(): Promise<{ directory: string; saves: SaveInfo[] }> {
    const { host } = this.#parts;
    const { directory } = await xendomainsOf(host);
    const names = await readdir(host.stateDir.real(directory)).catch(() => []);
    const paths = names
      .filter((name) => !name.startsWith('.'))
      .slice(0, maxListed)
      .map((name) => posix.join(directory, name));
    const looks = await Promise.all(
      paths.map((path) => lookAt(host, path, host.stateDir.real(path)).catch(() => null)),
    );
    const saves = looks.flatMap((look) => (look ? [look.save] : []));
    return { directory, saves: saves.sort((a, b) => b.savedAt - a.savedAt) };
  }

  inspect(path: string): Promise<{ header: SaveFileHeader | null; save: SaveInfo }> {
    const { host } = this.#parts;
    return lookAt(host, path, host.stateDir.resolve(path));
  }

  save(
    domain: string,
    request: SaveRequest,
    op: Operation,
  ): Promise<{ bytes: number; header: SaveFileHeader }> {
    return saveDomain(this.#parts, domain, request, op);
  }

  restore(request: RestoreRequest, op: Operation): Promise<{ domain: string; domid: number }> {
    return restoreDomain(this.#parts, request, op);
  }

  async remove(path: string, op: Operation): Promise<void> {
    const { host } = this.#parts;
    const real = host.stateDir.resolve(path);
    const { save } = await lookAt(host, path, real);
    if (save.domain === null)
      throw new DomusError('ERROR_INVAL', `${path} is no save of this host; it is not deleted.`, {
        field: 'path',
      });
    await removeFileDurably(real);
    await forget(host, path);
    op.log(`Deleted ${path}.`);
  }

  async suspend(id: string, op: Operation): Promise<void> {
    const { domain } = runningGuest(this.#parts.host, id);
    await domain.exclusive.run('pausing', op.signal, async () => {
      const { live } = runningGuest(this.#parts.host, id);
      if (live.suspended) throw new DomusError('ERROR_INVAL', `${domain.name} is suspended already.`);
      await live.suspend();
    });
  }

  async resume(id: string, op: Operation): Promise<void> {
    const { domain, live } = liveGuest(this.#parts.host, id);
    await domain.exclusive.run('unpausing', op.signal, async () => {
      if (!live.suspended) throw new DomusError('ERROR_INVAL', `${domain.name} is not suspended.`);
      await live.resume();
    });
  }
}
