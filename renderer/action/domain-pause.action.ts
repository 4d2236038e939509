import { Pause } from '@lucide/vue';
import type { DomainAction, DomainContext } from './action.ts';
import { domainRule } from './rules.ts';
import { domainWord, shellLine } from './xl.ts';

const xl = ({ domain }: DomainContext): string => shellLine('xl', 'pause', domainWord(domain));

/** Freezes the domain between two instructions; memory stays. */
export const domainPause: DomainAction = {
  id: 'domain.pause',
  title: 'Pause',
  icon: Pause,
  shortcut: 'Alt+P',
  appliesTo: 'domain',
  words: 'freeze stop',
  canRun: (context) =>
    domainRule(context, {
      states: ['running', 'blocked'],
      dom0: 'cannot be paused: it runs the host.',
    }),
  xl,
  async run(context) {
    const { app, domain } = context;
    await app.during(
      domain,
      'pausing',
      app.client.domain.pause({ host: domain.host, domain: domain.id, command: xl(context) }),
    );
  },
};
