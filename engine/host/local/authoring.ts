import { type DomainDraft, DomusError } from '../../api/index.ts';
import { printDraft } from '../../toolstack/draft.ts';
import { readGuestConfig } from '../../toolstack/read-config.ts';
import { DraftIdentities } from '../draft-identities.ts';
import type { CreateOptions, Operation, Removed } from '../host.ts';
import { NamesInUse } from '../names-in-use.ts';
import type { HostContext } from './context.ts';
import { fileNamePart } from './domain-registry.ts';
import { checkDraft, checkDraftFiles } from './draft-checks.ts';
import { makeImages } from './draft-images.ts';
import type { Images } from './images.ts';
import type { Lifecycle } from './lifecycle.ts';
import { checkVolumes, deleteVolumes } from './volumes.ts';

/** Making and unmaking definitions: what becomes a file in /etc/xen. */
export class Authoring {
  readonly #host: HostContext;
  readonly #lifecycle: Lifecycle;
  readonly #images: Images;
  readonly #identities = new DraftIdentities();
  readonly #names: NamesInUse;

  constructor(host: HostContext, lifecycle: Lifecycle, images: Images) {
    this.#host = host;
    this.#names = new NamesInUse((name) => host.domains.byName(name) !== undefined);
    this.#lifecycle = lifecycle;
    this.#images = images;
  }

  /** UUID and MAC are those that `create` will use for a draft of this name. */
  async preview(draft: DomainDraft): Promise<string> {
    const image = draft.source.kind === 'image' ? this.#images.files(draft.source.image) : null;
    return printDraft(draft, this.#identities.of(draft.name), image);
  }

  async create(draft: DomainDraft, options: CreateOptions, op: Operation): Promise<{ domain: string }> {
    op.progress('Checking', 0);
    checkDraft(draft, this.#host.toolstack.bridges);
    this.#names.check(draft.name);
    await checkDraftFiles(draft, (path) => this.#host.toolstack.resolve(path), this.#images);
    const images = await makeImages(draft, this.#host, op);
    try {
      const text = await this.preview(draft);
      const { domain: id } = await this.#write(draft.name, text, op);
      this.#identities.used(draft.name);
      if (options.start) await this.#firstStart(id, options, op);
      return { domain: id };
    } catch (error) {
      await images.undo();
      throw error;
    }
  }

  /** Defines a domain from text of any origin. */
  async define(text: string, op: Operation): Promise<{ domain: string }> {
    const { config, warnings } = readGuestConfig(text, 'the configuration', this.#host.pcpus);
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
    return this.#write(config.name, text, op);
  }

  async configText(id: string): Promise<{ path: string; text: string }> {
    const domain = this.#host.domains.get(id);
    if (!domain.definition) {
      throw new DomusError('ERROR_NOTFOUND', `${domain.name} has no configuration file.`);
    }
    const { path, text } = domain.definition;
    return { path, text };
  }

  async remove(id: string, op: Operation, volumes: readonly string[]): Promise<Removed> {
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
      const { text } = await this.configText(id);
      const doomed = await checkVolumes(this.#host, id, volumes);
      await this.#removeFile(id);
      const problem = await deleteVolumes(this.#host, doomed, op);
      return { text, ...(problem === null ? {} : { problem }) };
    });
  }

  async #write(name: string, text: string, op: Operation): Promise<{ domain: string }> {
    op.signal.throwIfAborted();
    return this.#names.during(name, async () => {
      const { path, id } = await this.#host.definitions.write(fileNamePart(name), text);
      await this.rescan();
      if (!this.#host.definitions.get(id)) {
        throw new DomusError(
          'ERROR_FAIL',
          `${path} was written but is not in use: ${this.#host.definitions.problems.join(' ')}`,
        );
      }
      op.about(id);
      op.log(`Wrote ${path}.`);
      return { domain: id };
    });
  }

  /** The start that belongs to a creation: when it fails the file that was written goes again. */
  async #firstStart(id: string, options: CreateOptions, op: Operation): Promise<void> {
    const domain = this.#host.domains.get(id);
    await domain.exclusive.run('creating', op.signal, async (signal) => {
      try {
        const config = this.#lifecycle.startConfig(domain);
        await this.#lifecycle.boot(domain, config, { paused: options.paused, signal, steps: op });
      } catch (error) {
        await this.#removeFile(id);
        throw error;
      }
    });
  }

  async #removeFile(id: string): Promise<void> {
    const definition = this.#host.definitions.get(id);
    if (definition) await this.#host.definitions.remove(definition);
    await this.rescan();
    const domain = this.#host.domains.find(id);
    if (domain && !domain.definition) this.#host.domains.drop(domain);
  }

  /** Takes over what has changed in /etc/xen. */
  async rescan(): Promise<void> {
    this.#host.domains.apply(await this.#host.definitions.scan());
    this.#host.warnings.setConfiguration(this.#host.definitions.problems);
  }
}
