import { posix } from 'node:path';
import { DomusError, saveDirectory, type SaveFileHeader, type SaveInfo } from '../../../api/index.ts';
import type { Operation } from '../../operation.ts';
import type { ConfigOverride, SaveRequest, SaveTools } from '../../save.ts';
import type { XenCommands } from '../commands.ts';
import { makeDomain } from '../dom0/live-create.ts';
import { liveGuest, runningGuest } from '../dom0/target.ts';
import { waitUntil, type XenContext } from '../host-context.ts';
import { withTemporaryFile } from '../host-files.ts';
import type { XenDomain } from '../model/domain.ts';
import { xlError } from '../parse/xl-error.ts';
import { clean } from '../shell/text.ts';
import { slowMs } from '../xl.ts';
import { listSaves, lookAt } from './look.ts';

/** A guest of many gigabytes takes its time. */
const saveMs = 6 * slowMs;

/** Saves of a real host's domains: files on the host, made and read by its xl. */
export class XenSaves implements SaveTools {
  readonly #host: XenContext;
  readonly #commands: XenCommands;

  constructor(host: XenContext, commands: XenCommands) {
    this.#host = host;
    this.#commands = commands;
  }

  async list(): Promise<{ directory: string; saves: SaveInfo[] }> {
    return {
      directory: saveDirectory,
      saves: (await listSaves(this.#host.xl)).map((save) => this.#identified(save)),
    };
  }

  async inspect(path: string): Promise<{ header: SaveFileHeader | null; save: SaveInfo }> {
    const { header, save } = await lookAt(this.#host.xl, absolute(path));
    return { header, save: this.#identified(save) };
  }

  /** A domain whose file has no UUID gets another one at each start: then its name says which it is. */
  #identified(save: SaveInfo): SaveInfo {
    const { domains } = this.#host;
    if (save.domain === null || save.name === null || domains.find(save.domain)) return save;
    return { ...save, domain: domains.byName(save.name)?.id ?? save.domain };
  }

  /** Written beside its place and moved there when it is whole: a failure leaves what was there before. */
  async save(
    id: string,
    { path, after, keepDomid, config }: SaveRequest,
    op: Operation,
  ): Promise<{ bytes: number; header: SaveFileHeader }> {
    if (keepDomid) {
      throw new DomusError('ERROR_NI', 'A real host gives a restored domain a new domid.', {
        field: 'keepDomid',
      });
    }
    const { domain } = runningGuest(this.#host, id);
    const part = `${absolute(path)}.domus-part`;
    await domain.exclusive.run('saving', op.signal, async (signal) => {
      const { live } = runningGuest(this.#host, id);
      await this.#makeDirectory(posix.dirname(path));
      op.progress('xl save', null);
      const options = after === 'off' ? [] : [after === 'running' ? '-c' : '-p'];
      domain.expected = after === 'off' ? 'destroyed' : null;
      try {
        await this.#withConfig(config, (file) =>
          this.#xlSave(['xl', 'save', ...options, String(live.domid), part, ...file], part),
        );
        await this.#host.xl.script('mv', 'mv -f "$1" "$2"', [part, path]);
        if (after === 'off') await this.#untilGone(domain, live.domid, signal);
      } finally {
        domain.expected = null;
        await this.#host.refresher.now().catch(() => undefined);
      }
    });
    const { header, save } = await lookAt(this.#host.xl, path);
    if (!header)
      throw new DomusError('ERROR_FAIL', `${path} was written and cannot be read: ${save.problem}.`);
    op.log(`Wrote ${save.bytes} bytes to ${path} on the host.`);
    return { bytes: save.bytes, header };
  }

  async restore(
    { path, paused, config }: { path: string; paused: boolean; config?: ConfigOverride | undefined },
    op: Operation,
  ): Promise<{ domain: string; domid: number }> {
    const { save } = await this.inspect(path);
    if (save.problem !== null) throw new DomusError('ERROR_INVAL', save.problem, { field: 'path' });
    const domain = this.#host.domains.all.find(
      ({ id, name, live }) => id === save.domain || (live && name === save.name),
    );
    if (domain?.live) {
      throw new DomusError('ERROR_INVAL', `${domain.name} is running: it cannot be restored beside itself.`, {
        fix: 'Force it off first, or rename it.',
      });
    }
    return this.#withConfig(config, async (file) => {
      const argv = ['xl', 'restore', ...(paused ? ['-p'] : []), ...file, path];
      op.progress('xl restore', null);
      if (!domain) {
        const made = await makeDomain(this.#host, argv, save.name ?? '', op);
        op.about(made.domain.id);
        return { domain: made.domain.id, domid: made.live.domid };
      }
      op.about(domain.id);
      await domain.exclusive.run('restoring', op.signal, (signal) =>
        this.#commands.create(domain, argv, op, signal),
      );
      return { domain: domain.id, domid: liveGuest(this.#host, domain.id).live.domid };
    });
  }

  async remove(path: string, op: Operation): Promise<void> {
    const { header } = await this.inspect(path);
    if (!header)
      throw new DomusError('ERROR_INVAL', `${path} is no save; it is not deleted.`, { field: 'path' });
    const { code, stderr } = await this.#host.xl.script('rm', 'rm -f -- "$1"', [path]);
    if (code !== 0)
      throw new DomusError('ERROR_FAIL', `${path} could not be deleted: ${clean(stderr, 300)}.`);
    op.log(`Deleted ${path} on the host.`);
  }

  /** `xl suspend` came with Xen 4.20; older ones do not know it. */
  async suspend(id: string, op: Operation): Promise<void> {
    const { domain, live } = runningGuest(this.#host, id);
    await domain.exclusive.run('pausing', op.signal, () =>
      this.#ifKnown(['xl', 'suspend', String(live.domid)]),
    );
  }

  async resume(id: string, op: Operation): Promise<void> {
    const { domain, live } = liveGuest(this.#host, id);
    await domain.exclusive.run('unpausing', op.signal, () =>
      this.#ifKnown(['xl', 'resume', String(live.domid)]),
    );
  }

  async #ifKnown(argv: readonly string[]): Promise<void> {
    const { code, stdout, stderr } = await this.#host.xl.outcome(argv, { timeoutMs: slowMs });
    if (/command not implemented|unknown command/i.test(stdout + stderr)) {
      throw new DomusError(
        'ERROR_NI',
        `The host's ${argv.slice(0, 2).join(' ')} is not there yet: it came with a later Xen.`,
        {
          fix: 'Pause the domain, or save it.',
        },
      );
    }
    if (code !== 0) throw xlError(argv.slice(0, 2).join(' '), code, stderr);
    await this.#host.refresher.now();
  }

  async #xlSave(argv: readonly string[], part: string): Promise<void> {
    const { code, stderr } = await this.#host.xl.outcome(argv, { timeoutMs: saveMs });
    if (code === 0) return;
    await this.#host.xl
      .script('rm', 'rm -f -- "$1"', [part])
      .catch(() => this.#host.warnings.add(`A part of a save may still be at ${part} on the host.`));
    throw xlError('xl save', code, stderr.replace(/^xc: (progress|info): .*$/gm, ''));
  }

  async #untilGone(domain: XenDomain, domid: number, signal: AbortSignal): Promise<void> {
    await this.#host.refresher.now();
    const gone = (): boolean => domain.live?.domid !== domid;
    await waitUntil(this.#host, gone, this.#host.timing.settleMs, signal);
  }

  async #makeDirectory(directory: string): Promise<void> {
    if (directory !== saveDirectory) return;
    await this.#host.xl.script('mkdir', 'mkdir -p -m 700 "$1"', [directory]);
  }

  /** `use` gets the file's path as an argument, or nothing. */
  #withConfig<T>(
    config: ConfigOverride | undefined,
    use: (file: readonly string[]) => Promise<T>,
  ): Promise<T> {
    if (!config) return use([]);
    return withTemporaryFile(this.#host, config.text, (path) => use([path]));
  }
}

function absolute(path: string): string {
  if (path.startsWith('/')) return path;
  throw new DomusError('ERROR_INVAL', `${path} is not an absolute path of the host.`, { field: 'path' });
}
