import { FolderOpen } from '@lucide/vue';
import type { HostAction } from './action.ts';

export const hostCopyPath: HostAction = {
  id: 'host.copy-path',
  title: 'Copy path of its files',
  icon: FolderOpen,
  appliesTo: 'host',
  words: 'state directory folder',
  canRun: ({ host }) =>
    host.stateDirectory !== null || { why: `The files of ${host.name} are on another computer.` },
  xl: () => null,
  run: ({ app, host }) => app.copy(host.stateDirectory ?? ''),
};
