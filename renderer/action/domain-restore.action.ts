import { ArchiveRestore } from '@lucide/vue';
import type { DomainAction, DomainContext } from './action.ts';
import { domainRule, needing } from './rules.ts';
import { shellLine } from './xl.ts';

const xl = ({ domain }: DomainContext): string | null =>
  domain.newestSave ? shellLine('xl', 'restore', domain.newestSave.path) : null;

/** Lets the domain go on from its newest save, under a new domid. The file stays. */
export const domainRestore: DomainAction = {
  id: 'domain.restore',
  title: 'Restore newest save',
  icon: ArchiveRestore,
  appliesTo: 'domain',
  words: 'restore save file go on',
  canRun: needing('save', (context: DomainContext) => {
    const rule = domainRule(context, { states: ['off'], dom0: 'is never saved.' });
    if (rule !== true) return rule;
    const { domain } = context;
    return domain.newestSave ? true : { why: `No save of ${domain.name} can be restored.` };
  }),
  xl,
  async run(context) {
    const { app, domain } = context;
    if (!domain.newestSave) return;
    const { path } = domain.newestSave;
    await app.during(
      domain,
      'restoring',
      app.client.save.restore({ host: domain.host, path, command: xl(context) ?? undefined }),
    );
  },
};
