import { defineStore } from 'pinia';
import { computed, ref } from 'vue';
import { domainKey } from '../../engine/api/state.ts';
import { isString, isStringRecord, preference } from './preference.ts';

/** What the centre shows: a host (`domain` null) or one of its domains. */
export interface Selection {
  readonly host: string;
  readonly domain: string | null;
}

const fleetMark = '*';

/** Several hosts together: those of a group, '' for all. No host has such an id. */
export const fleetOf = (group: string): Selection => ({
  host: fleetMark + encodeURIComponent(group),
  domain: null,
});
/** The group that is shown; null when a host or a domain is. */
export const fleetGroup = (selection: Selection | null): string | null =>
  selection?.host.startsWith(fleetMark) ? decodeURIComponent(selection.host.slice(fleetMark.length)) : null;

export const fleetTabs = ['hosts', 'domains', 'lab'] as const;
export const hostTabs = [
  'overview',
  'domains',
  'wall',
  'network',
  'storage',
  'scheduler',
  'saves',
  'xenstore',
  'log',
  'terminal',
] as const;
export const domainTabs = [
  'overview',
  'console',
  'performance',
  'hardware',
  'saves',
  'xenstore',
  'config',
  'log',
] as const;
export type FleetTab = (typeof fleetTabs)[number];
export type HostTab = (typeof hostTabs)[number];
export type DomainTab = (typeof domainTabs)[number];

const selectionKey = (selection: Selection): string =>
  selection.domain === null ? selection.host : domainKey(selection.host, selection.domain);

/** What `HOST` or `HOST/ID` means. */
export function selectionOf(key: string): Selection {
  const slash = key.indexOf('/');
  return slash < 0
    ? { host: key, domain: null }
    : { host: key.slice(0, slash), domain: key.slice(slash + 1) };
}

/** Tabs remembered: enough for everybody's domains, little enough for local storage. */
const maxTabs = 500;

/** The selected object and the tab last looked at on each object; both outlive the window. */
export const useSelectionStore = defineStore('selection', () => {
  const stored = preference('selection', '', isString);
  const tabs = preference<Record<string, string>>('tabs', {}, isStringRecord);
  const current = ref<Selection | null>(stored.value ? selectionOf(stored.value) : null);

  function select(selection: Selection): void {
    current.value = selection;
    stored.value = selectionKey(selection);
  }
  function clear(): void {
    current.value = null;
    stored.value = '';
  }

  function remember(key: string, tab: string): void {
    const rest = Object.entries(tabs.value).filter(([other]) => other !== key);
    tabs.value = Object.fromEntries([...rest.slice(-maxTabs), [key, tab]]);
  }
  function tabOf(key: string, allowed: readonly string[]): string {
    const tab = tabs.value[key];
    return tab !== undefined && allowed.includes(tab) ? tab : (allowed[0] ?? '');
  }
  const tabsOf = (selection: Selection): readonly string[] => {
    if (selection.domain !== null) return domainTabs;
    return fleetGroup(selection) === null ? hostTabs : fleetTabs;
  };
  /** Tab of the selected object. */
  const tab = computed({
    get: () => {
      if (!current.value) return '';
      return tabOf(selectionKey(current.value), tabsOf(current.value));
    },
    set: (next: string) => {
      if (current.value) remember(selectionKey(current.value), next);
    },
  });

  const isSelected = (host: string, domain: string | null): boolean =>
    current.value?.host === host && current.value.domain === domain;

  return { current, tab, select, clear, isSelected };
});
