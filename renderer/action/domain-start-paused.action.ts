import { CirclePause } from '@lucide/vue';
import type { DomainAction, DomainContext } from './action.ts';
import { domainRule } from './rules.ts';
import { shellLine } from './xl.ts';

const xl = ({ domain }: DomainContext): string | null =>
  domain.configPath === null ? null : shellLine('xl', 'create', '-p', domain.configPath);

/** Builds the domain and leaves it before its first instruction. */
export const domainStartPaused: DomainAction = {
  id: 'domain.start-paused',
  title: 'Start paused',
  icon: CirclePause,
  appliesTo: 'domain',
  words: 'create -p',
  canRun: (context) => domainRule(context, { states: ['off'], dom0: 'runs as long as its host does.' }),
  xl,
  async run(context) {
    const { app, domain } = context;
    const command = xl(context) ?? undefined;
    await app.during(
      domain,
      'starting',
      app.client.domain.start({ host: domain.host, domain: domain.id, paused: true, command }),
    );
  },
};
