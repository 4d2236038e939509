import type { Component } from 'vue';
import type { DomainInfo } from '../../../engine/api/domain.ts';
import type { HostInfo } from '../../../engine/api/host.ts';
import type { Action, WhyNot } from '../../action/action.ts';
import type { Selection } from '../../store/selection.store.ts';

/** One line of the palette. */
export interface PaletteEntry {
  readonly id: string;
  readonly title: string;
  /** What it is about, after the title. */
  readonly note: string;
  /** Further words it is found by. */
  readonly words: string;
  readonly icon: Component;
  readonly keys?: string | undefined;
  readonly xl?: string | null;
  readonly whyNot: WhyNot | null;
  run(): void;
}

/** What the palette is made from; the component gives the window's own, tests a small one. */
export interface PaletteSource {
  readonly hosts: readonly HostInfo[];
  domainsOf(host: string): readonly DomainInfo[];
  readonly selected: Selection | null;
  readonly actions: {
    readonly app: readonly Action[];
    readonly host: readonly Action[];
    readonly domain: readonly Action[];
  };
  bound(action: Action, target: Selection | null): { state: true | WhyNot; xl: string | null };
  run(action: Action, target: Selection | null): void;
  go(target: Selection): void;
  readonly icons: { readonly host: Component; readonly domain: Component };
}

const targetOf = (domain: DomainInfo): Selection => ({ host: domain.host, domain: domain.id });

function actionEntry(
  source: PaletteSource,
  action: Action,
  target: Selection | null,
  about: string,
): PaletteEntry {
  const { state, xl } = source.bound(action, target);
  return {
    id: `${action.id}@${target ? `${target.host}/${target.domain ?? ''}` : ''}`,
    title: action.title,
    note: about,
    words: action.words ?? '',
    icon: action.icon,
    keys: action.shortcut,
    xl,
    whyNot: state === true ? null : state,
    run: () => source.run(action, target),
  };
}

function goEntry(
  source: PaletteSource,
  target: Selection,
  name: string,
  note: string,
  icon: Component,
): PaletteEntry {
  return {
    id: `go@${target.host}/${target.domain ?? ''}`,
    title: name,
    note,
    words: 'go to show open',
    icon,
    whyNot: null,
    run: () => source.go(target),
  };
}

const allDomains = (source: PaletteSource): DomainInfo[] =>
  source.hosts.flatMap((host) => [...source.domainsOf(host.id)]);

function goEntries(source: PaletteSource): PaletteEntry[] {
  return source.hosts.flatMap((host) => [
    goEntry(source, { host: host.id, domain: null }, host.name, 'Host', source.icons.host),
    ...source
      .domainsOf(host.id)
      .map((domain) =>
        goEntry(source, targetOf(domain), domain.name, `Domain on ${host.name}`, source.icons.domain),
      ),
  ]);
}

/** Most domains whose own commands are offered for one query ("pause web"): more would only be noise. */
const maxNamedDomains = 8;

/** Domains that a word of the query may mean: it begins the name, or is two letters or more inside it. */
function namedDomains(source: PaletteSource, words: readonly string[]): DomainInfo[] {
  const means = (word: string, name: string): boolean =>
    name.startsWith(word) || (word.length >= 2 && name.includes(word));
  return allDomains(source)
    .filter(({ name }) => words.some((word) => means(word, name.toLowerCase())))
    .slice(0, maxNamedDomains);
}

/** How well an entry answers the words: higher is better, null not at all. Every word must be found somewhere. */
export function score(entry: PaletteEntry, words: readonly string[]): number | null {
  const title = entry.title.toLowerCase();
  const rest = `${entry.note} ${entry.words}`.toLowerCase();
  let total = entry.whyNot ? -3 : 0;
  for (const word of words) {
    if (title.startsWith(word)) total += 10;
    else if (title.split(/[^a-z0-9]+/).some((part) => part.startsWith(word))) total += 7;
    else if (title.includes(word)) total += 4;
    else if (rest.split(/[^a-z0-9]+/).some((part) => part.startsWith(word))) total += 3;
    else if (rest.includes(word)) total += 1;
    else return null;
  }
  return total;
}

export const maxPaletteEntries = 60;

/**
 * What the palette shows for a query: first what can be done with the selected object, then the window's own commands,
 * then places. A query that names a domain also offers that domain's commands.
 */
export function paletteEntries(source: PaletteSource, query: string): PaletteEntry[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const { selected, actions } = source;
  const selectedDomain = selected?.domain
    ? (source.domainsOf(selected.host).find(({ id }) => id === selected.domain) ?? null)
    : null;
  const named = namedDomains(source, words).filter((domain) => domain !== selectedDomain);
  const about = selectedDomain ? [selectedDomain, ...named] : named;
  const hostTarget: Selection | null = selected && { host: selected.host, domain: null };
  const hostName = source.hosts.find(({ id }) => id === selected?.host)?.name ?? '';
  const entries = [
    ...about.flatMap((domain) =>
      actions.domain.map((action) => actionEntry(source, action, targetOf(domain), domain.name)),
    ),
    ...actions.host.map((action) => actionEntry(source, action, hostTarget, hostName)),
    ...actions.app.map((action) => actionEntry(source, action, null, '')),
    ...goEntries(source),
  ];
  if (words.length === 0) {
    const possible = entries.filter(({ whyNot }) => whyNot === null);
    const impossible = entries.filter(({ whyNot }) => whyNot !== null);
    return [...possible.slice(0, maxPaletteEntries - impossible.length), ...impossible];
  }
  return entries
    .map((entry) => ({ entry, points: score(entry, words) }))
    .filter((scored): scored is { entry: PaletteEntry; points: number } => scored.points !== null)
    .sort((a, b) => b.points - a.points)
    .slice(0, maxPaletteEntries)
    .map(({ entry }) => entry);
}
