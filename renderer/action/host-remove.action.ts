import { Trash2 } from '@lucide/vue';
import type { HostDraft } from '../../engine/api/hosts.ts';
import type { HostAction, HostContext } from './action.ts';
import { needsLink } from './link-rule.ts';

/** Forgets a host. Nothing on the host changes; the toast puts it back. */
export const hostRemove: HostAction = {
  id: 'host.remove',
  title: 'Remove host',
  icon: Trash2,
  appliesTo: 'host',
  destructive: true,
  words: 'forget delete',
  canRun: needsLink,
  confirm: ({ host }) => ({
    title: `Remove ${host.name} from Domus?`,
    text: `What Domus remembers of ${host.name} is lost: how it is reached, its passwords and its recorded figures. On the host nothing changes; its domains go on.`,
    confirmLabel: 'Remove host',
  }),
  xl: () => null,
  async run(context) {
    const { app, host } = context;
    const { draft } = await app.client.host.remove({ host: host.id });
    app.notify({
      kind: 'success',
      title: `Removed ${host.name}`,
      action: { title: 'Undo', run: () => void putBack(context, draft) },
    });
  },
};

async function putBack({ app, host }: HostContext, draft: HostDraft): Promise<void> {
  try {
    const added = await app.client.host.add({ draft, connect: host.state === 'online' });
    app.go({ host: added.host, domain: null });
  } catch (error) {
    app.fail(`Could not add ${host.name} again`, error);
  }
}
