import { CirclePause } from '@lucide/vue';
import type { DomainAction, DomainContext } from './action.ts';
import { domainRule, needing } from './rules.ts';
import { domainWord, shellLine } from './xl.ts';

const xl = ({ domain }: DomainContext): string => shellLine('xl', 'suspend', domainWord(domain));

/** The guest stops itself as for a save, and stays in memory until it is resumed. */
export const domainSuspend: DomainAction = {
  id: 'domain.suspend',
  title: 'Suspend',
  icon: CirclePause,
  appliesTo: 'domain',
  words: 'suspend control/shutdown',
  canRun: needing('save', (context: DomainContext) =>
    domainRule(context, {
      states: ['running', 'blocked'],
      dom0: 'cannot be suspended: it runs the host.',
    }),
  ),
  xl,
  async run(context) {
    const { app, domain } = context;
    await app.during(
      domain,
      'pausing',
      app.client.save.suspend({ host: domain.host, domain: domain.id, command: xl(context) }),
    );
  },
};
