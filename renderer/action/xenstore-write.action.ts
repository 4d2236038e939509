import { PenLine } from '@lucide/vue';
import type { HostAction } from './action.ts';
import { hostRule } from './rules.ts';
import { shellLine } from './xl.ts';

/** Writes a value to a node, making it where there is none. `value` is bytes as latin-1, `text` what was typed. */
export const xenstoreWrite = (path: string, value: string, text: string): HostAction => ({
  id: 'xenstore.write',
  title: 'Write',
  icon: PenLine,
  appliesTo: 'host',
  canRun: hostRule,
  xl: () => shellLine('xenstore-write', path, text),
  async run({ app, host }) {
    await app.client.xenstore.write({ host: host.id, path, value });
    app.mirror(shellLine('xenstore-write', path, text));
  },
});
