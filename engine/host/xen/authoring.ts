import { type DomainDraft, DomusError } from '../../api/index.ts';
import { printDraft } from '../../toolstack/draft.ts';
import { readGuestConfig } from '../../toolstack/read-config.ts';
import { DraftIdentities } from '../draft-identities.ts';
import type { CreateOptions, Operation, Removed } from '../host.ts';
import { NamesInUse } from '../names-in-use.ts';
import type { XenCommands } from './commands.ts';
import { checkDraft, checkDraftFiles, noImages } from './draft-checks.ts';
import { makeImages } from './draft-images.ts';
import type { XenContext } from './host-context.ts';
import { removeHostFile, writeHostFile } from './host-files.ts';
import type { XenDomain } from './model/domain.ts';
import { checkVolumes, deleteVolumes } from './volumes.ts';

const directory = '/etc/xen';

/** Making and unmaking definitions: what becomes a file in the host's /etc/xen. */
export class XenAuthoring {
  readonly #host: XenContext;
  readonly #commands: XenCommands;
  readonly #identities = new DraftIdentities();
  readonly #names: NamesInUse;

  constructor(host: XenContext, commands: XenCommands) {
    this.#host = host;
    this.#names = new NamesInUse((name) => host.domains.byName(name) !== undefined);
    this.#commands = commands;
  }

  /** UUID and MAC are those that `create` will use for a draft of this name. */
  preview(draft: DomainDraft): string {
    if (draft.source.kind === 'image') throw noImages(draft.source.image);
    return printDraft(draft, this.#identities.of(draft.name), null);
  }

  async create(draft: DomainDraft, options: CreateOptions, op: Operation): Promise<{ domain: string }> {
    op.progress('Checking', 0);
    checkDraft(draft, this.#host);
    this.#names.check(draft.name);
    await checkDraftFiles(draft, this.#host);
    const images = await makeImages(draft, this.#host, op);
    try {
      const domain = await this.#write(draft.name, this.preview(draft), op);
      this.#identities.used(draft.name);
      if (options.start) await this.#firstStart(domain, options, op);
      return { domain: domain.id };
    } catch (error) {
      await images.undo();
      throw error;
    }
  }

  async define(text: string, op: Operation): Promise<{ domain: string }> {
    const pcpus = this.#host.facts()?.physical.nrCpus ?? 1;
    const { config, warnings } = readGuestConfig(text, 'the configuration', Math.max(1, pcpus));
    warnings.forEach((warning) => op.log(warning));
    this.#names.check(config.name);
    const twin = config.uuid === null ? undefined : this.#host.domains.find(config.uuid);
    if (twin) {
      throw new DomusError(
        'ERROR_DEVICE_EXISTS',
        `The UUID ${config.uuid} belongs to ${twin.name} already.`,
        {
          field: 'uuid',
          fix: 'Remove the uuid line, or give it another one.',
        },
      );
    }
    return { domain: (await this.#write(config.name, text, op)).id };
  }

  configText(id: string): { path: string; text: string } {
    const { definition, name } = this.#host.domains.get(id);
    if (!definition)
      throw new DomusError('ERROR_NOTFOUND', `${name} has no configuration file in ${directory}.`);
    return { path: definition.path, text: definition.text };
  }

  async remove(id: string, op: Operation, volumes: readonly string[] = []): Promise<Removed> {
    const domain = this.#host.domains.get(id);
    return domain.exclusive.run('removing', op.signal, async () => {
      if (domain.live) {
        throw new DomusError(
          'ERROR_INVAL',
          `${domain.name} is not off: only a domain that is off can be deleted.`,
          {
            fix: 'Shut it down or force it off first.',
          },
        );
      }
      const { path, text } = this.configText(id);
      await checkVolumes(this.#host, id, volumes);
      await removeHostFile(this.#host.xl, path);
      const problem = await deleteVolumes(this.#host.xl, volumes, op).finally(() => this.#rescan());
      return { text, ...(problem === null ? {} : { problem }) };
    });
  }

  /** Replaces the text of a configured domain's file. */
  async replace(domain: XenDomain, text: string): Promise<void> {
    const { path } = this.configText(domain.id);
    await writeHostFile(this.#host.xl, path, text, 'replace');
    await this.#rescan();
  }

  async #write(name: string, text: string, op: Operation): Promise<XenDomain> {
    op.signal.throwIfAborted();
    return this.#names.during(name, async () => {
      const path = `${directory}/${name.replace(/[^A-Za-z0-9_.+-]/g, '_')}.cfg`;
      const id = this.#host.definitions.idOf(path, this.#host.definitions.parse(text, path));
      await writeHostFile(this.#host.xl, path, text, 'new');
      op.about(id);
      op.log(`Wrote ${path}.`);
      await this.#rescan();
      const domain = this.#host.domains.find(id);
      if (domain?.definition) return domain;
      throw new DomusError('ERROR_FAIL', `${path} was written but is not in use.`);
    });
  }

  /** The start that belongs to a creation: when it fails the file that was written goes again. */
  async #firstStart(domain: XenDomain, options: CreateOptions, op: Operation): Promise<void> {
    const { path } = this.configText(domain.id);
    await domain.exclusive.run('creating', op.signal, async (signal) => {
      const argv = ['xl', 'create', ...(options.paused ? ['-p'] : []), path];
      try {
        await this.#commands.create(domain, argv, op, signal);
      } catch (error) {
        await removeHostFile(this.#host.xl, path).catch(() =>
          this.#host.uncertain(domain.name, 'created; its file may still be in /etc/xen'),
        );
        await this.#rescan().catch(() => undefined);
        throw error;
      }
    });
  }

  #rescan(): Promise<void> {
    this.#host.refresher.filesChanged();
    return this.#host.refresher.now();
  }
}
