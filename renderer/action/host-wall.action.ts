import { LayoutGrid } from '@lucide/vue';
import type { HostAction } from './action.ts';
import { needing } from './rules.ts';

/** Shows the screens of all running domains of a host. */
export const hostWall: HostAction = {
  id: 'host.wall',
  title: 'Wall of screens',
  icon: LayoutGrid,
  appliesTo: 'host',
  words: 'thumbnails consoles monitor',
  canRun: needing('thumbnails', () => true),
  xl: () => null,
  run: ({ app, host }) => app.go({ host: host.id, domain: null }, 'wall'),
};
