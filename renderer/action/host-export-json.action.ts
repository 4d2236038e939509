import { Braces } from '@lucide/vue';
import type { HostAction } from './action.ts';

/** Saves what the table of domains shows, with raw figures, as JSON. */
export const hostExportJson: HostAction = {
  id: 'host.export-json',
  title: 'Export domains as JSON',
  icon: Braces,
  appliesTo: 'host',
  words: 'save download table xentop json',
  canRun: () => true,
  xl: () => 'xentop -b -i 1',
  run: ({ app, host }) => app.exportDomains(host, 'json'),
};
