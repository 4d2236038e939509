import { FolderTree } from '@lucide/vue';
import type { HostAction, HostContext } from './action.ts';
import { needing } from './rules.ts';

const target = ({ host }: HostContext) => ({ host: host.id, domain: null });

/** The tree of XenStore, live. */
export const hostXenstore: HostAction = {
  id: 'host.xenstore',
  title: 'Show XenStore',
  icon: FolderTree,
  appliesTo: 'host',
  words: 'browse watch nodes',
  canRun: needing('xenstore', () => true),
  xl: () => 'xenstore-ls -f',
  run: (context) => context.app.go(target(context), 'xenstore'),
};
