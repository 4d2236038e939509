import { FlaskConical } from '@lucide/vue';
import { fleetOf } from '../store/selection.store.ts';
import type { AppAction } from './action.ts';

/** A real Xen host under QEMU on this computer. */
export const hostLab: AppAction = {
  id: 'host.lab',
  title: 'Show the Xen lab',
  icon: FlaskConical,
  appliesTo: 'app',
  words: 'real xen host qemu build start stop reset try',
  canRun: () => true,
  xl: () => null,
  run: ({ app }) => app.go(fleetOf(''), 'lab'),
};
