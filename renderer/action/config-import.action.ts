import { FileInput } from '@lucide/vue';
import type { HostAction } from './action.ts';
import { hostRule, needing } from './rules.ts';

/** Converts a file of xm's days, or one copied from the web, into an xl.cfg, and lists what it changed. */
export const configImport: HostAction = {
  id: 'config.import',
  title: 'Import old configuration',
  icon: FileInput,
  appliesTo: 'host',
  words: 'legacy xm convert xl.cfg python',
  canRun: needing('importLegacy', hostRule),
  xl: () => null,
  run: ({ app, host }) => app.open({ kind: 'config-import', host: host.id }),
};
