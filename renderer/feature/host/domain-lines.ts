import type { DomainRow } from '../../../engine/api/dom0.ts';
import type { HostInfo } from '../../../engine/api/host.ts';
import { engineClient } from '../../client/session.ts';
import { useDomainTableStore } from '../../store/domain-table.store.ts';
import { keyOf, useDomainStore } from '../../store/domain.store.ts';
import { useSamplesStore } from '../../store/samples.store.ts';
import { saveFile } from '../../ui/save-file.ts';
import { matchesDomain } from '../tree/tree-rows.ts';
import { sortLines, type DomainLine } from './domain-columns.ts';
import { exportDomains, type ExportFormat } from './domain-export.ts';

/** Lines of several hosts; a word of the filter may also be the name of the host. */
export function fleetLines(hosts: readonly HostInfo[], now: number): DomainLine[] {
  const table = useDomainTableStore();
  const samples = useSamplesStore();
  const domains = useDomainStore();
  const words = table.filter.toLowerCase().split(/\s+/).filter(Boolean);
  const lines = hosts.flatMap((host) => {
    const rest = words.filter((word) => !host.name.toLowerCase().includes(word));
    return domains
      .ofHost(host.id)
      .filter((domain) => matchesDomain(domain, rest) || matchesDomain(domain, words))
      .map((domain) => ({
        domain,
        host: host.name,
        sample: samples.latest(host.id, domain.id),
        row: null,
        hostMemoryKiB: host.memoryTotalKiB,
        now,
      }));
  });
  return sortLines(lines, table.sorting);
}

/** Lines of the table as it is filtered and sorted now. */
export function domainLines(host: HostInfo, rows: readonly DomainRow[], now: number): DomainLine[] {
  const table = useDomainTableStore();
  const samples = useSamplesStore();
  const words = table.filter.toLowerCase().split(/\s+/).filter(Boolean);
  const byId = new Map(rows.map((row) => [row.id, row]));
  const lines = useDomainStore()
    .ofHost(host.id)
    .filter((domain) => matchesDomain(domain, words))
    .map((domain) => ({
      domain,
      host: host.name,
      sample: samples.latest(host.id, domain.id),
      row: byId.get(domain.id) ?? null,
      hostMemoryKiB: host.memoryTotalKiB,
      now,
    }));
  return sortLines(lines, table.sorting);
}

/** Saves the chosen lines, or all that the filter leaves, as a file. Resolves to how many. */
export async function saveDomainLines(host: HostInfo, format: ExportFormat): Promise<number> {
  // A host that cannot count still has names, states and memory to export.
  const rows = await engineClient()
    .dom0.domains({ host: host.id })
    .catch(() => []);
  const { chosen } = useDomainTableStore();
  const now = Date.now();
  const lines = domainLines(host, rows, now).filter(
    ({ domain }) => chosen.size === 0 || chosen.has(keyOf(domain)),
  );
  saveFile(exportDomains(host.name, lines, format, now));
  return lines.length;
}
