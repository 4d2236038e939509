import { RotateCw } from '@lucide/vue';
import type { DomainAction, DomainContext } from './action.ts';
import { domainRule } from './rules.ts';
import { domainWord, shellLine } from './xl.ts';

const xl = ({ domain }: DomainContext): string => shellLine('xl', 'reboot', domainWord(domain));

/** Asks the guest to reboot. */
export const domainReboot: DomainAction = {
  id: 'domain.reboot',
  title: 'Reboot',
  icon: RotateCw,
  appliesTo: 'domain',
  words: 'restart reset',
  canRun: (context) =>
    domainRule(context, {
      states: ['running', 'blocked'],
      dom0: 'reboots with its host.',
    }),
  xl,
  async run(context) {
    const { app, domain } = context;
    await app.during(
      domain,
      'rebooting',
      app.client.domain.reboot({ host: domain.host, domain: domain.id, command: xl(context) }),
    );
  },
};
