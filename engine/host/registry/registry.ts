import { isDeepStrictEqual } from 'node:util';
import { type DoctorReport, DomusError, type HostDraft, type SecretStore } from '../../api/index.ts';
import type { Host, HostSink } from '../host.ts';
import type { GivenAnswer, HostRegistry } from '../host-registry.ts';
import type { HostsFile, RememberedHost } from './hosts-file.ts';

/** A host that is somewhere else, as the registry deals with it. */
export interface RemoteHost extends Host {
  update(draft: HostDraft): Promise<void>;
  forgetSecrets(): Promise<void>;
}

/** What is needed to make and to test remote hosts. */
export interface RemoteHosts {
  /** `onKept` hears which names are in the keyring now. */
  make(remembered: RememberedHost, sink: HostSink, onKept: (kept: string[]) => void): Promise<RemoteHost>;
  examine(
    draft: HostDraft,
    host: RememberedHost | null,
    answers: readonly GivenAnswer[],
    signal: AbortSignal | undefined,
  ): Promise<DoctorReport>;
  sshAliases(): Promise<{ alias: string; summary: string }[]>;
  secretStore(): Promise<SecretStore>;
}

const maxHosts = 500;

/** What cannot be part of an id. */
const slug = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+|-+$/g, '')
    .slice(0, 50) || 'host';

/** The hosts that are part of the engine, and those that people add. */
export class Registry implements HostRegistry {
  readonly #file: HostsFile;
  readonly #remotes: RemoteHosts;
  readonly #sink: HostSink;
  readonly #hosts: Map<string, Host>;
  readonly #remote = new Map<string, RemoteHost>();

  private constructor(own: readonly Host[], file: HostsFile, remotes: RemoteHosts, sink: HostSink) {
    this.#file = file;
    this.#remotes = remotes;
    this.#sink = sink;
    this.#hosts = new Map(own.map((host) => [host.id, host]));
  }

  /** Makes the remembered hosts; those that connect by themselves begin to. */
  static async open(
    own: readonly Host[],
    file: HostsFile,
    remotes: RemoteHosts,
    sink: HostSink,
  ): Promise<Registry> {
    const registry = new Registry(own, file, remotes, sink);
    for (const remembered of file.all) {
      if (registry.#hosts.has(remembered.id)) continue;
      const host = await registry.#make(remembered);
      if (remembered.draft.autoconnect) host.link?.connect();
    }
    return registry;
  }

  get hosts(): ReadonlyMap<string, Host> {
    return this.#hosts;
  }

  async add(draft: HostDraft, options: { connect: boolean }): Promise<string> {
    if (this.#remote.size >= maxHosts) {
      throw new DomusError('ERROR_NOT_READY', `${maxHosts} hosts are remembered already.`, {
        fix: 'Remove some.',
      });
    }
    const twin = this.#file.all.find((each) => isDeepStrictEqual(reach(each.draft), reach(draft)));
    if (twin) {
      throw new DomusError(
        'ERROR_DEVICE_EXISTS',
        `This host is there already: ${this.#hosts.get(twin.id)?.info().name ?? twin.id}.`,
        {
          field: 'draft.address',
        },
      );
    }
    const remembered = { id: this.#freeId(draft), draft, kept: [] };
    await this.#file.put(remembered);
    const host = await this.#make(remembered);
    if (options.connect) host.link?.connect();
    return remembered.id;
  }

  async settings(id: string): Promise<{ draft: HostDraft; secretStore: SecretStore }> {
    return { draft: this.#remembered(id).draft, secretStore: await this.#remotes.secretStore() };
  }

  async update(id: string, draft: HostDraft): Promise<void> {
    const remembered = this.#remembered(id);
    await this.#file.put({ ...remembered, draft });
    await this.#remote.get(id)?.update(draft);
  }

  async remove(id: string): Promise<HostDraft> {
    const { draft } = this.#remembered(id);
    const host = this.#remote.get(id);
    await host?.forgetSecrets();
    await this.#file.remove(id);
    this.#remote.delete(id);
    this.#hosts.delete(id);
    await host?.close();
    this.#sink.hostRemoved(id);
    return draft;
  }

  async forgetSecrets(id: string): Promise<void> {
    this.#remembered(id);
    await this.#remote.get(id)?.forgetSecrets();
  }

  test(
    draft: HostDraft,
    host: string | null,
    answers: readonly GivenAnswer[],
    signal: AbortSignal | undefined,
  ): Promise<DoctorReport> {
    return this.#remotes.examine(draft, host === null ? null : this.#remembered(host), answers, signal);
  }

  sshAliases(): Promise<{ alias: string; summary: string }[]> {
    return this.#remotes.sshAliases();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#hosts.values()].map((host) => host.close()));
  }

  async #make(remembered: RememberedHost): Promise<RemoteHost> {
    const { id } = remembered;
    const host = await this.#remotes.make(remembered, this.#sink, (kept) => {
      const now = this.#file.get(id);
      if (now) void this.#file.put({ ...now, kept }).catch(() => undefined);
    });
    this.#remote.set(id, host);
    this.#hosts.set(id, host);
    return host;
  }

  /** ERROR_INVAL for a host that is part of the engine, ERROR_NOTFOUND. */
  #remembered(id: string): RememberedHost {
    const remembered = this.#file.get(id);
    if (remembered) return remembered;
    if (this.#hosts.has(id)) {
      throw new DomusError(
        'ERROR_INVAL',
        `${this.#hosts.get(id)?.info().name ?? id} is part of Domus: it has no settings of a connection.`,
      );
    }
    throw new DomusError('ERROR_NOTFOUND', `There is no host "${id}".`, { field: 'host' });
  }

  #freeId(draft: HostDraft): string {
    const base = slug(draft.name || (draft.transport === 'local' ? 'dom0' : draft.address));
    const taken = (id: string): boolean => this.#hosts.has(id) || this.#file.get(id) !== undefined;
    if (!taken(base)) return base;
    for (let count = 2; ; count += 1) if (!taken(`${base}-${count}`)) return `${base}-${count}`;
  }
}

/** What makes two drafts the same host. */
const reach = ({ transport, address, port, user, jump }: HostDraft) =>
  transport === 'local' ? { transport } : { transport, address, port, user, jump };
