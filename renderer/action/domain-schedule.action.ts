import { Scale } from '@lucide/vue';
import type { DomainAction } from './action.ts';
import { liveRule, needing } from './rules.ts';
import { domainWord, shellLine } from './xl.ts';

type Change = { readonly weight?: number | undefined; readonly cap?: number | undefined };
type Named = Parameters<typeof domainWord>[0];

/** The line that does the same, e.g. `xl sched-credit2 -d web -w 512`. */
export function scheduleLine(
  scheduler: 'credit' | 'credit2',
  domain: Named,
  { weight, cap }: Change,
): string {
  const values = [
    ...(weight === undefined ? [] : ['-w', String(weight)]),
    ...(cap === undefined ? [] : ['-c', String(cap)]),
  ];
  return shellLine('xl', `sched-${scheduler}`, '-d', domainWord(domain), ...values);
}

/** Changes weight and cap of a domain; what is left out stays. */
export const domainSchedule = (scheduler: 'credit' | 'credit2', change: Change): DomainAction => ({
  id: 'domain.schedule',
  title: 'Change weight and cap',
  icon: Scale,
  appliesTo: 'domain',
  canRun: needing('scheduler', liveRule),
  xl: ({ domain }) => scheduleLine(scheduler, domain, change),
  async run({ app, host, domain }) {
    const command = scheduleLine(scheduler, domain, change);
    await app.client.scheduler.setDomain({ host: host.id, domain: domain.id, ...change, command });
  },
});
