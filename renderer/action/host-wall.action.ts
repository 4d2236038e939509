import { LayoutGrid } from '@lucide/vue';
import type { HostAction } from './action.ts';

/** Shows the screens of all running domains of a host. */
export const hostWall: HostAction = {
  id: 'host.wall',
  title: 'Wall of screens',
  icon: LayoutGrid,
  appliesTo: 'host',
  words: 'thumbnails consoles monitor',
  canRun: () => true,
  xl: () => null,
  run: ({ app, host }) => app.go({ host: host.id, domain: null }, 'wall'),
};
