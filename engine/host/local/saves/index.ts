import { readdir } from 'node:fs/promises';
import { posix } from 'node:path';
import { DomusError, type SaveFileHeader, type SaveInfo } from '../../../api/index.ts';
import type { Operation } from '../../host.ts';
import type { EndRuleTools, SaveRequest, SaveTools } from '../../save.ts';
import { removeFileDurably } from '../atomic-file.ts';
import { liveGuest, runningGuest } from '../dom0/target.ts';
import { lookAt } from './file.ts';
import { restoreDomain, type RestoreRequest } from './restore.ts';
import { forget, saveDomain, type SaveParts } from './save.ts';
import { setXendomains, xendomainsOf } from './xendomains.ts';

const maxListed = 1000;

/** Saves of the embedded host's domains. */
export class LocalSaves implements SaveTools {
  readonly #parts: SaveParts;
  readonly ends: EndRuleTools;

  constructor(parts: SaveParts) {
    this.#parts = parts;
    this.ends = {
      async rules() {
        const { directory: _, ...rules } = await xendomainsOf(parts.host);
        return rules;
      },
      setRules: (rules) => setXendomains(parts.host, rules),
    };
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
    saves.sort((a, b) => b.savedAt - a.savedAt);
    this.#noteNewest(saves, directory);
    return { directory, saves };
  }

  /** Domains know the newest of their saves, so that it can be offered where they are shown. */
  #noteNewest(newestFirst: readonly SaveInfo[], directory: string): void {
    const { domains } = this.#parts.host;
    for (const domain of domains.all) {
      const newest = newestFirst.find((save) => save.domain === domain.id && save.problem === null);
      const known = domain.newestSave;
      // One that was put elsewhere is not in the list, and stays known.
      if (!newest && known && posix.dirname(known.path) !== directory) continue;
      if (newest?.path === known?.path && newest?.savedAt === known?.savedAt) continue;
      domain.newestSave = newest ? { path: newest.path, savedAt: newest.savedAt } : null;
      domains.changed(domain);
    }
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
    await this.list();
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
