import { PowerOff } from '@lucide/vue';
import type { DomainAction, DomainContext } from './action.ts';
import { domainRule } from './rules.ts';
import { domainWord, shellLine } from './xl.ts';

const xl = ({ domain }: DomainContext): string => shellLine('xl', 'destroy', domainWord(domain));

/** Ends the domain at once, as pulling the plug would. The definition stays. */
export const domainDestroy: DomainAction = {
  id: 'domain.destroy',
  title: 'Force off',
  icon: PowerOff,
  appliesTo: 'domain',
  destructive: true,
  words: 'destroy kill power off',
  canRun: (context) =>
    domainRule(context, {
      states: ['running', 'blocked', 'paused', 'shutdown', 'crashed'],
      interrupts: ['shutting-down', 'rebooting', 'starting', 'pausing', 'unpausing'],
      fixes: { off: null },
      dom0: 'cannot be forced off: it runs the host.',
    }),
  confirm: ({ domain }) => ({
    title: `Force ${domain.name} off?`,
    text:
      domain.state === 'crashed' || domain.state === 'shutdown'
        ? 'What is left in its memory is lost. Its definition and its disks stay.'
        : 'The guest is stopped at once, without being asked: everything in its memory that it has not written to disk is lost. Its definition and its disks stay.',
    confirmLabel: 'Force off',
  }),
  bulkText:
    'They are stopped at once, without being asked: what they have not written to disk is lost. Their definitions and their disks stay.',
  xl,
  async run(context) {
    const { app, domain } = context;
    await app.during(
      domain,
      'destroying',
      app.client.domain.destroy({ host: domain.host, domain: domain.id, command: xl(context) }),
    );
  },
};
