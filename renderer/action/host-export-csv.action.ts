import { Sheet } from '@lucide/vue';
import type { HostAction } from './action.ts';

/** Saves what the table of domains shows, with raw figures, as CSV. */
export const hostExportCsv: HostAction = {
  id: 'host.export-csv',
  title: 'Export domains as CSV',
  icon: Sheet,
  appliesTo: 'host',
  words: 'save download table xentop csv',
  canRun: () => true,
  xl: () => 'xentop -b -i 1',
  run: ({ app, host }) => app.exportDomains(host, 'csv'),
};
