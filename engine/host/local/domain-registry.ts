import { posix } from 'node:path';
import { dom0Uuid, DomusError } from '../../api/index.ts';
import type { Definition, DefinitionChanges } from './definitions.ts';
import { DomainConsoles } from './domain-consoles.ts';
import { ManagedDomain } from './managed-domain.ts';
import type { StateDir } from './state-dir.ts';

export interface RegistryEvents {
  changed(domain: ManagedDomain): void;
  removed(id: string): void;
  logFailed(error: Error): void;
}

/** Part of a file name made of a domain's name, which may contain anything. Never hidden, never a path. */
export const fileNamePart = (name: string): string =>
  name
    .replace(/[^A-Za-z0-9_.+-]/g, '_')
    .replace(/^\./, '_')
    .slice(0, 200);

/** All domains of the host but Domain-0, by their id. */
export class DomainRegistry {
  readonly #stateDir: StateDir;
  readonly #events: RegistryEvents;
  readonly #domains = new Map<string, ManagedDomain>();

  constructor(stateDir: StateDir, events: RegistryEvents) {
    this.#stateDir = stateDir;
    this.#events = events;
  }

  get all(): readonly ManagedDomain[] {
    return [...this.#domains.values()];
  }

  /** Those with a domid, dead ones included. */
  get live(): readonly ManagedDomain[] {
    return this.all.filter((domain) => domain.live !== null);
  }

  find(id: string): ManagedDomain | undefined {
    return this.#domains.get(id);
  }

  /** ERROR_DOMAIN_NOTFOUND for an unknown id; ERROR_INVAL for Domain-0, which none of the commands is for. */
  get(id: string): ManagedDomain {
    if (id === dom0Uuid) {
      throw new DomusError(
        'ERROR_INVAL',
        'Domain-0 is the control domain: it cannot be commanded like a guest.',
      );
    }
    const domain = this.#domains.get(id);
    if (!domain)
      throw new DomusError('ERROR_DOMAIN_NOTFOUND', 'There is no such domain on this host (any more).');
    return domain;
  }

  byName(name: string): ManagedDomain | undefined {
    return this.all.find((domain) => domain.name === name);
  }

  /** Makes the registry follow the files: new, changed and vanished definitions. */
  apply(changes: DefinitionChanges): void {
    for (const definition of changes.removed) this.#forgetDefinition(definition.id);
    for (const definition of changes.changed) this.#define(definition);
  }

  /** Takes in a domain that has no file: a dead one under another name, or one that is gone when it is off. */
  adopt(id: string, givenName: string): ManagedDomain {
    return this.#add(id, null, givenName);
  }

  /** Something about a domain is different now. */
  changed(domain: ManagedDomain): void {
    if (this.#domains.get(domain.id) === domain) this.#events.changed(domain);
  }

  /** Forgets a domain altogether; its console readers are closed. */
  drop(domain: ManagedDomain): void {
    if (!this.#domains.delete(domain.id)) return;
    domain.consoles.dispose();
    this.#events.removed(domain.id);
  }

  /** A transient domain that is off is no more. */
  dropIfGone(domain: ManagedDomain): void {
    if (!domain.live && !domain.definition) this.drop(domain);
  }

  #define(definition: Definition): void {
    const known = this.#domains.get(definition.id);
    if (known) known.definition = definition;
    this.#events.changed(known ?? this.#add(definition.id, definition));
  }

  #forgetDefinition(id: string): void {
    const domain = this.#domains.get(id);
    if (!domain) return;
    domain.definition = null;
    if (domain.live || domain.exclusive.name) this.#events.changed(domain);
    else this.drop(domain);
  }

  #add(id: string, definition: Definition | null, givenName?: string): ManagedDomain {
    const name = fileNamePart(givenName ?? definition?.config.name ?? id);
    const logPath = (port: number | 'hvc0'): string => {
      const file = port === 0 ? `guest-${name}.log` : `guest-${name}-${port}.log`;
      return this.#stateDir.real(posix.join('/var/log/xen/console', file));
    };
    const domain = new ManagedDomain({
      id,
      definition,
      consoles: new DomainConsoles(logPath, (error) => this.#events.logFailed(error)),
      onChange: (changed) => this.changed(changed),
      ...(givenName === undefined ? {} : { givenName }),
    });
    this.#domains.set(id, domain);
    return domain;
  }
}
