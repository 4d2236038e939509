import { Play } from '@lucide/vue';
import type { DomainAction, DomainContext } from './action.ts';
import { domainRule } from './rules.ts';
import { domainWord, shellLine } from './xl.ts';

const xl = ({ domain }: DomainContext): string => shellLine('xl', 'unpause', domainWord(domain));

/** Lets a paused domain go on where it was. */
export const domainUnpause: DomainAction = {
  id: 'domain.unpause',
  title: 'Continue',
  icon: Play,
  shortcut: 'Alt+U',
  appliesTo: 'domain',
  words: 'unpause resume',
  canRun: (context) =>
    domainRule(context, {
      states: ['paused'],
      fixes: { off: 'domain.start', running: 'domain.pause', blocked: 'domain.pause' },
      dom0: 'is never paused.',
    }),
  xl,
  async run(context) {
    const { app, domain } = context;
    await app.during(
      domain,
      'unpausing',
      app.client.domain.unpause({ host: domain.host, domain: domain.id, command: xl(context) }),
    );
  },
};
