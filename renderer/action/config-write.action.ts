import { Save } from '@lucide/vue';
import type { DomainAction } from './action.ts';
import { needsEngine } from './rules.ts';

/** Replaces the file of a domain. A running domain takes it up at its next start. */
export const configWrite = (text: string): DomainAction => ({
  id: 'config.write',
  title: 'Apply configuration',
  icon: Save,
  appliesTo: 'domain',
  canRun: (context) =>
    context.domain.configPath === null
      ? { why: `No file defines ${context.domain.name}.` }
      : needsEngine(context),
  // What an editor does to a file is no command of xl.
  xl: () => null,
  async run({ app, host, domain }) {
    const call = app.client.config.write({ host: host.id, domain: domain.id, text });
    await app.during(domain, 'configuring', call);
    app.notify({
      kind: 'success',
      title: `Configured ${domain.name}`,
      ...(domain.domid === null ? {} : { detail: 'It takes effect at the next start.' }),
    });
  },
});
