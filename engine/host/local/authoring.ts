import { randomBytes, randomUUID } from 'node:crypto';
import { type DomainDraft, domainDraft, DomusError } from '../../api/index.ts';
import { checkRawDisk, detectFormat } from '../../storage/raw-disk.ts';
import { type DraftIdentity, printDraft } from '../../toolstack/draft.ts';
import { checkKernel, checkRamdisk } from '../../toolstack/kernel-file.ts';
import { readGuestConfig } from '../../toolstack/read-config.ts';
import type { CreateOptions, Operation } from '../host.ts';
import type { HostContext } from './context.ts';
import { fileNamePart } from './domain-registry.ts';
import type { Images } from './images.ts';
import type { Lifecycle } from './lifecycle.ts';

/** Identities shown in previews and kept for the creation that follows. */
const maxIdentities = 100;

/** Making and unmaking definitions: what becomes a file in /etc/xen. */
export class Authoring {
  readonly #host: HostContext;
  readonly #lifecycle: Lifecycle;
  readonly #images: Images;
  readonly #identities = new Map<string, DraftIdentity>();
  /** Names for which a file is being written just now. */
  readonly #names = new Set<string>();

  constructor(host: HostContext, lifecycle: Lifecycle, images: Images) {
    this.#host = host;
    this.#lifecycle = lifecycle;
    this.#images = images;
  }

  /** UUID and MAC are those that `create` will use for a draft of this name. */
  async preview(draft: DomainDraft): Promise<string> {
    const image = draft.source.kind === 'image' ? this.#images.files(draft.source.image) : null;
    return printDraft(draft, this.#identityOf(draft.name), image);
  }

  async create(draft: DomainDraft, options: CreateOptions, op: Operation): Promise<{ domain: string }> {
    op.progress('Checking', 0);
    checkDraft(draft);
    this.#checkName(draft.name);
    this.#checkBridge(draft);
    await this.#checkSource(draft);
    const text = await this.preview(draft);
    const { domain: id } = await this.#write(draft.name, text, op);
    this.#identities.delete(draft.name);
    if (options.start) await this.#firstStart(id, options, op);
    return { domain: id };
  }

  /** Defines a domain from text of any origin. */
  async define(text: string, op: Operation): Promise<{ domain: string }> {
    const { config, warnings } = readGuestConfig(text, 'the configuration', this.#host.pcpus);
    warnings.forEach((warning) => op.log(warning));
    this.#checkName(config.name);
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

  async remove(id: string, op: Operation): Promise<{ text: string }> {
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
      await this.#removeFile(id);
      return { text };
    });
  }

  #identityOf(name: string): DraftIdentity {
    const known = this.#identities.get(name);
    if (known) return known;
    const [a = 0, b = 0, c = 0] = randomBytes(3);
    const tail = [a & 0x7f, b, c].map((byte) => byte.toString(16).padStart(2, '0')).join(':');
    const identity = { uuid: randomUUID(), mac: `00:16:3e:${tail}` };
    this.#identities.set(name, identity);
    for (const oldest of this.#identities.keys()) {
      if (this.#identities.size <= maxIdentities) break;
      this.#identities.delete(oldest);
    }
    return identity;
  }

  #checkName(name: string): void {
    const other = this.#host.domains.byName(name);
    if (!other && !this.#names.has(name)) return;
    throw new DomusError('ERROR_DEVICE_EXISTS', `Domain with name "${name}" already exists.`, {
      field: 'name',
      fix: 'Choose another name.',
    });
  }

  #checkBridge({ bridge }: DomainDraft): void {
    const { bridges } = this.#host.toolstack;
    if (bridge === null || bridges.has(bridge)) return;
    throw new DomusError('ERROR_INVAL', `There is no bridge ${bridge} on this host.`, {
      field: 'bridge',
      fix: `Use one of: ${[...bridges.keys()].join(', ')}.`,
    });
  }

  /** Says before anything is written what would keep the domain from starting, with the field of the draft. */
  async #checkSource({ source }: DomainDraft): Promise<void> {
    const resolve = (path: string): string => this.#host.toolstack.resolve(path);
    switch (source.kind) {
      case 'image':
        this.#images.files(source.image);
        return;
      case 'kernel':
        await inField('source.kernel', () => checkKernel(resolve(source.kernel)));
        if (source.ramdisk !== undefined) {
          await inField('source.ramdisk', () => checkRamdisk(resolve(source.ramdisk ?? '')));
        }
        return;
      case 'disk':
        await inField('source.disk', () => checkSourceDisk(resolve(source.disk), false));
        return;
      case 'iso':
        await inField('source.iso', () => checkSourceDisk(resolve(source.iso), true));
    }
  }

  async #write(name: string, text: string, op: Operation): Promise<{ domain: string }> {
    op.signal.throwIfAborted();
    this.#names.add(name);
    try {
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
    } finally {
      this.#names.delete(name);
    }
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

/** The contract's own rules, for callers that did not come through it. */
function checkDraft(draft: DomainDraft): void {
  const issue = domainDraft.safeParse(draft).error?.issues[0];
  if (issue) throw new DomusError('ERROR_INVAL', issue.message, { field: issue.path.join('.') });
}

async function checkSourceDisk(path: string, readOnly: boolean): Promise<void> {
  await checkRawDisk(path, { readOnly });
  const format = await detectFormat(path);
  if (format === 'raw' || format === 'iso') return;
  throw new DomusError(
    'ERROR_NI',
    `${path} is a ${format} image; the embedded host reads raw images only, for now.`,
    {
      fix: `Convert it: qemu-img convert -O raw ${path} ${path}.raw`,
    },
  );
}

/** A problem with a file, told of the field of the draft that names it. */
async function inField(field: string, check: () => Promise<void>): Promise<void> {
  try {
    await check();
  } catch (error) {
    if (!(error instanceof DomusError)) throw error;
    const { code, message, fix } = error;
    throw new DomusError(code, message, { field, ...(fix === undefined ? {} : { fix }) });
  }
}
