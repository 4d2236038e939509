import { KeyRound } from '@lucide/vue';
import type { HostAction } from './action.ts';
import { needsLink } from './link-rule.ts';

/** Passwords and passphrases typed for a host are asked for again. */
export const hostForget: HostAction = {
  id: 'host.forget',
  title: 'Forget its passwords',
  icon: KeyRound,
  appliesTo: 'host',
  words: 'secrets keyring passphrase',
  canRun: needsLink,
  xl: () => null,
  async run({ app, host }) {
    await app.client.host.forgetSecrets({ host: host.id });
    app.notify({
      kind: 'success',
      title: `Passwords of ${host.name} are forgotten`,
      detail: 'Also those in the keyring.',
    });
  },
};
