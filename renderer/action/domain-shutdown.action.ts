import { Power } from '@lucide/vue';
import type { DomainAction, DomainContext } from './action.ts';
import { domainRule } from './rules.ts';
import { domainWord, shellLine } from './xl.ts';

const xl = ({ domain }: DomainContext): string => shellLine('xl', 'shutdown', domainWord(domain));

/** Asks the guest to shut down by its power button. */
export const domainShutdown: DomainAction = {
  id: 'domain.shutdown',
  title: 'Shut down',
  icon: Power,
  shortcut: 'Alt+S',
  appliesTo: 'domain',
  words: 'halt poweroff stop',
  canRun: (context) =>
    domainRule(context, {
      states: ['running', 'blocked'],
      fixes: { off: null },
      dom0: 'shuts down with its host.',
    }),
  xl,
  async run(context) {
    const { app, domain } = context;
    await app.during(
      domain,
      'shutting-down',
      app.client.domain.shutdown({ host: domain.host, domain: domain.id, command: xl(context) }),
    );
  },
};
