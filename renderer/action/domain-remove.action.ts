import { Trash2 } from '@lucide/vue';
import type { DomainAction, DomainContext } from './action.ts';
import { domainRule } from './rules.ts';
import { shellLine } from './xl.ts';

const xl = ({ domain }: DomainContext): string | null =>
  domain.configPath === null ? null : shellLine('rm', domain.configPath);

/** Deletes the definition of a domain that is off; its text is kept by the toast that offers to put it back. */
export const domainRemove: DomainAction = {
  id: 'domain.remove',
  title: 'Delete definition',
  icon: Trash2,
  appliesTo: 'domain',
  destructive: true,
  words: 'remove undefine',
  canRun: (context) =>
    context.domain.configPath === null && context.domain.state === 'off'
      ? { why: `${context.domain.name} has no definition.` }
      : domainRule(context, {
          states: ['off'],
          fixes: {
            running: 'domain.shutdown',
            blocked: 'domain.shutdown',
            paused: 'domain.destroy',
          },
          dom0: 'cannot be deleted: it runs the host.',
        }),
  confirm: ({ domain }) => ({
    title: `Delete the definition of ${domain.name}?`,
    text: `The file ${domain.configPath ?? ''} and the recorded history of ${domain.name} are lost. Its disks stay where they are. You can undo this right afterwards.`,
    confirmLabel: 'Delete definition',
  }),
  bulkText:
    'Their files in /etc/xen and their recorded histories are lost. Their disks stay where they are. Each can be undone right afterwards.',
  xl,
  async run(context) {
    const { app, domain, host } = context;
    const command = xl(context) ?? undefined;
    const { text } = await app.during(
      domain,
      'removing',
      app.client.domain.remove({ host: domain.host, domain: domain.id, command }),
    );
    app.notify({
      kind: 'success',
      title: `Deleted the definition of ${domain.name}`,
      action: { title: 'Undo', run: () => void putBack(context, host.id, text) },
    });
  },
};

async function putBack({ app, domain }: DomainContext, host: string, text: string): Promise<void> {
  try {
    const { domain: id } = await app.client.domain.define({ host, text });
    app.go({ host, domain: id });
    app.notify({ kind: 'success', title: `${domain.name} is defined again` });
  } catch (error) {
    app.fail(`Could not define ${domain.name} again`, error);
  }
}
