import { Stethoscope } from '@lucide/vue';
import type { HostAction } from './action.ts';
import { needsLink } from './link-rule.ts';

/** Looks at the way to a host step by step, and says at each what was seen. */
export const hostDoctor: HostAction = {
  id: 'host.doctor',
  title: 'Examine the connection',
  icon: Stethoscope,
  appliesTo: 'host',
  words: 'doctor test diagnose why ssh steps',
  canRun: needsLink,
  xl: () => null,
  run: ({ app, host }) => app.open({ kind: 'host-doctor', host: host.id, added: false }),
};
