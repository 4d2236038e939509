import { CirclePlay } from '@lucide/vue';
import { isSuspended } from '../ui/domain-state.ts';
import type { DomainAction, DomainContext } from './action.ts';
import { domainRule, needing } from './rules.ts';
import { domainWord, shellLine } from './xl.ts';

const xl = ({ domain }: DomainContext): string => shellLine('xl', 'resume', domainWord(domain));

/** Lets a suspended guest go on. */
export const domainResume: DomainAction = {
  id: 'domain.resume',
  title: 'Resume',
  icon: CirclePlay,
  appliesTo: 'domain',
  words: 'resume control/shutdown',
  canRun: needing('save', (context: DomainContext) => {
    const { domain } = context;
    if (isSuspended(domain))
      return domainRule(context, { states: ['shutdown'], dom0: 'is never suspended.' });
    const fix = domain.state === 'paused' ? { fix: 'domain.unpause' } : {};
    return { why: `${domain.name} is not suspended.`, ...fix };
  }),
  xl,
  async run(context) {
    const { app, domain } = context;
    await app.during(
      domain,
      'unpausing',
      app.client.save.resume({ host: domain.host, domain: domain.id, command: xl(context) }),
    );
  },
};
