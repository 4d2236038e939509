import { Play } from '@lucide/vue';
import type { DomainAction, DomainContext } from './action.ts';
import { domainRule } from './rules.ts';
import { shellLine } from './xl.ts';

const xl = ({ domain }: DomainContext): string | null =>
  domain.configPath === null ? null : shellLine('xl', 'create', domain.configPath);

/** Builds the domain from its file in etc/xen and runs it. */
export const domainStart: DomainAction = {
  id: 'domain.start',
  title: 'Run',
  icon: Play,
  shortcut: 'Alt+R',
  appliesTo: 'domain',
  words: 'start create boot',
  canRun: (context) => domainRule(context, { states: ['off'], dom0: 'runs as long as its host does.' }),
  xl,
  async run(context) {
    const { app, domain } = context;
    const command = xl(context) ?? undefined;
    await app.during(
      domain,
      'starting',
      app.client.domain.start({ host: domain.host, domain: domain.id, command }),
    );
  },
};
