import { Trash2 } from '@lucide/vue';
import { countOf } from '../ui/format.ts';
import type { DomainAction, DomainContext } from './action.ts';
import { defineLine, undefineLine } from './file-line.ts';
import { domainRule } from './rules.ts';

const xl = (context: DomainContext): string | null => removeLine(context, []);

/** Deletes the definition of a domain that is off; its text is kept by the toast that offers to put it back. */
export const domainRemove: DomainAction = {
  id: 'domain.remove',
  title: 'Delete definition…',
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
  bulkText:
    'Their files in /etc/xen and their recorded histories are lost. Their disks stay where they are. Each can be undone right afterwards.',
  xl,
  run: ({ app, host, domain }) => app.open({ kind: 'domain-remove', host: host.id, domain: domain.id }),
  runInBulk: (context) => removeDomain(context, []),
};

/** The line that deletes the definition and `volumes`. */
export const removeLine = ({ domain }: DomainContext, volumes: readonly string[]): string | null =>
  undefineLine(domain, volumes);

/** Deletes the definition and `volumes` with it; what can be undone of it is offered to be. */
export async function removeDomain(context: DomainContext, volumes: readonly string[]): Promise<void> {
  const { app, domain, host } = context;
  const command = removeLine(context, volumes) ?? undefined;
  const { text, problem } = await app.during(
    domain,
    'removing',
    app.client.domain.remove({ host: domain.host, domain: domain.id, command, volumes: [...volumes] }),
  );
  const deleted =
    volumes.length > 0 ? `${countOf(volumes.length, 'disk image')} deleted with it.` : undefined;
  const detail = problem ?? deleted;
  app.notify({
    kind: problem === undefined ? 'success' : 'warning',
    title: `Deleted the definition of ${domain.name}`,
    ...(detail === undefined ? {} : { detail }),
    action: { title: 'Undo', run: () => void putBack(context, host.id, text) },
  });
}

async function putBack({ app, domain }: DomainContext, host: string, text: string): Promise<void> {
  try {
    const command = defineLine(host, domain.configPath ?? '', text) ?? undefined;
    const { domain: id } = await app.client.domain.define({ host, text, command });
    app.go({ host, domain: id });
    app.notify({ kind: 'success', title: `${domain.name} is defined again` });
  } catch (error) {
    app.fail(`Could not define ${domain.name} again`, error);
  }
}
