import { dom0Uuid, DomusError } from '../../../api/index.ts';
import type { ListRow } from '../parse/xl-list.ts';
import type { TopRow } from '../parse/xentop.ts';
import type { Definition } from './definitions.ts';
import { type Live, XenDomain } from './domain.ts';
import { listLetters } from './letters.ts';

/** Hears what a comparison has found. */
export interface DomainsListener {
  /** Something a person sees is different. */
  changed(domain: XenDomain): void;
  removed(domain: XenDomain): void;
  /** A run has begun, or was found. */
  began(domain: XenDomain, live: Live): void;
  /** It has stopped and is kept as it is (on_crash = preserve and the like). */
  halted(domain: XenDomain, live: Live): void;
  /** It is gone; `next` is the run that took its place. */
  ended(domain: XenDomain, live: Live, next: Live | null): void;
}

/**
 * The domains of a host: what runs there (rows of xl list) and what is configured (files of /etc/xen), brought together. A
 * running domain belongs to the file with its UUID, else to the one with its name.
 */
export class XenDomains {
  readonly #listener: DomainsListener;
  readonly #domains = new Map<string, XenDomain>();
  dom0: ListRow | null = null;

  constructor(listener: DomainsListener) {
    this.#listener = listener;
  }

  get all(): readonly XenDomain[] {
    return [...this.#domains.values()];
  }

  find(id: string): XenDomain | undefined {
    return this.#domains.get(id);
  }

  /** ERROR_DOMAIN_NOTFOUND; ERROR_INVAL for Domain-0. */
  get(id: string): XenDomain {
    const domain = this.#domains.get(id);
    if (domain) return domain;
    if (id === dom0Uuid) {
      throw new DomusError('ERROR_INVAL', 'Domain-0 is the host itself: that cannot be done to it.');
    }
    throw new DomusError('ERROR_DOMAIN_NOTFOUND', `There is no domain "${id}" on this host.`, {
      fix: 'It may have been ended or renamed meanwhile.',
    });
  }

  byName(name: string): XenDomain | undefined {
    return this.all.find((domain) => domain.name === name);
  }

  byDomid(domid: number): XenDomain | undefined {
    return this.all.find(({ live }) => live?.domid === domid);
  }

  /** What is configured is this now. */
  define(definitions: readonly Definition[]): void {
    const wanted = new Map(definitions.map((definition) => [definition.id, definition]));
    for (const domain of this.all) {
      const definition = wanted.get(domain.id) ?? null;
      if (definition === domain.definition) continue;
      domain.definition = definition;
      if (definition || domain.live) this.#listener.changed(domain);
    }
    for (const definition of definitions) {
      if (this.#domains.has(definition.id)) continue;
      this.#listener.changed(this.#add(definition.id, definition.config.name, definition));
    }
    this.#dropGone();
  }

  /** What runs is this now. Runs that were not known before are in the result: their configuration is still to be read. */
  run(rows: readonly ListRow[]): Live[] {
    this.dom0 = rows.find(({ domid }) => domid === 0) ?? this.dom0;
    const placed = this.#place(rows.filter(({ domid }) => domid !== 0));
    const fresh: Live[] = [];
    for (const domain of this.all) {
      if (!placed.has(domain) && domain.live) this.#end(domain, domain.live, null);
    }
    for (const [domain, row] of placed) {
      const { live } = domain;
      if (live?.domid === row.domid && live.uuid === row.uuid) this.#update(domain, live, row);
      else fresh.push(this.#begin(domain, row));
    }
    this.#dropGone();
    return fresh;
  }

  /** Runs that are not in these rows any more. */
  missing(rows: readonly ListRow[]): { domain: XenDomain; live: Live }[] {
    const present = new Set(rows.map(({ domid, uuid }) => `${domid} ${uuid}`));
    return this.all.flatMap((domain) => {
      const { live } = domain;
      return live && !present.has(`${live.domid} ${live.uuid}`) ? [{ domain, live }] : [];
    });
  }

  /** Newer figures of what runs, by name. True when they speak of other domains than are known: then it is time to look again. */
  figures(rows: readonly TopRow[]): boolean {
    const byName = new Map(rows.map((row) => [row.name, row]));
    let strange = false;
    let found = 0;
    for (const domain of this.all) {
      const { live } = domain;
      if (!live) continue;
      const top = byName.get(live.row.name ?? '');
      if (!top) strange = true;
      else {
        found += 1;
        this.#update(domain, live, {
          ...live.row,
          letters: newerLetters(live.row, top),
          memoryKiB: top.memoryKiB,
        });
      }
    }
    return strange || found < rows.filter(({ name }) => name !== 'Domain-0').length;
  }

  clear(): void {
    for (const domain of this.all) {
      this.#domains.delete(domain.id);
      this.#listener.removed(domain);
    }
  }

  /** Takes a transient domain away that is off and that nothing is being done to. */
  settle(domain: XenDomain): void {
    if (this.#domains.get(domain.id) === domain) this.#dropGone();
  }

  /** Of two runs of one domain (an old one that dies while the new one lives) the newest counts. */
  #place(rows: readonly ListRow[]): Map<XenDomain, ListRow> {
    const placed = new Map<XenDomain, ListRow>();
    const index = this.#index();
    for (const row of [...rows].sort((a, b) => b.domid - a.domid)) {
      const running = index.running.get(row.domid);
      if (row.name === null && (!running || row.letters.includes('d'))) continue;
      const stays = running && !placed.has(running) && stillHis(running, row, index);
      placed.set(stays ? running : this.#placeFor(row, placed, index), row);
    }
    return placed;
  }

  #index(): Index {
    const index: Index = { running: new Map(), byUuid: new Map(), byName: new Map() };
    for (const domain of this.all) {
      const { live, definition } = domain;
      if (live) index.running.set(live.domid, domain);
      if (!definition) continue;
      if (definition.config.uuid === null) index.byName.set(definition.config.name, domain);
      else index.byUuid.set(definition.config.uuid, domain);
    }
    return index;
  }

  #placeFor(row: ListRow, placed: ReadonlyMap<XenDomain, ListRow>, index: Index): XenDomain {
    const defined = definedFor(row, index);
    if (defined && !placed.has(defined)) return defined;
    const known = this.#domains.get(row.uuid);
    if (known && !placed.has(known) && !known.definition) return known;
    const id = known || row.uuid === dom0Uuid ? `${row.uuid}:${row.domid}` : row.uuid;
    return this.#domains.get(id) ?? this.#add(id, row.name ?? id, null);
  }

  #add(id: string, name: string, definition: Definition | null): XenDomain {
    const domain = new XenDomain(id, name, definition, (changed) => {
      this.#listener.changed(changed);
      if (changed.exclusive.name === null) this.settle(changed);
    });
    this.#domains.set(id, domain);
    return domain;
  }

  #begin(domain: XenDomain, row: ListRow): Live {
    const live: Live = { domid: row.domid, uuid: row.uuid, row, config: null, startedAt: null };
    const before = domain.live;
    if (before) this.#end(domain, before, live);
    domain.live = live;
    this.#listener.began(domain, live);
    this.#listener.changed(domain);
    return live;
  }

  #end(domain: XenDomain, live: Live, next: Live | null): void {
    domain.live = null;
    this.#listener.ended(domain, live, next);
    this.#listener.changed(domain);
  }

  #update(domain: XenDomain, live: Live, row: ListRow): void {
    const { letters, memoryKiB, vcpus, name, shutdownCode } = live.row;
    live.row = row;
    if (shutdownCode === null && row.shutdownCode !== null) this.#listener.halted(domain, live);
    if (letters !== row.letters || memoryKiB !== row.memoryKiB || vcpus !== row.vcpus || name !== row.name) {
      this.#listener.changed(domain);
    }
  }

  #dropGone(): void {
    for (const domain of this.all) {
      if (domain.definition || domain.live || domain.exclusive.name !== null) continue;
      this.#domains.delete(domain.id);
      this.#listener.removed(domain);
    }
  }
}

interface Index {
  readonly running: Map<number, XenDomain>;
  /** Of configured domains only. */
  readonly byUuid: Map<string, XenDomain>;
  readonly byName: Map<string, XenDomain>;
}

/** The configured domain a run belongs to: by UUID, else (a file without one) by name. */
const definedFor = ({ uuid, name }: ListRow, index: Index): XenDomain | undefined =>
  index.byUuid.get(uuid) ?? (name === null ? undefined : index.byName.get(name));

/** A run keeps its place unless a file of its (new) name or UUID claims it. */
function stillHis({ definition }: XenDomain, row: ListRow, index: Index): boolean {
  if (!definition) return !definedFor(row, index);
  const { uuid, name } = definition.config;
  return row.name === null || (uuid === null ? name === row.name : uuid === row.uuid);
}

/** xentop does not say how a domain has ended; xl list did, if it had. */
function newerLetters(row: ListRow, top: TopRow): string {
  const letters = listLetters(top.letters);
  const how = row.letters[4] ?? '-';
  return letters[3] === 's' && letters[4] === '-'
    ? `${letters.slice(0, 4)}${how}${letters.slice(5)}`
    : letters;
}
