import { Save } from '@lucide/vue';
import type { DomainAction } from './action.ts';
import { reconfigureLine } from './file-line.ts';
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
  xl: ({ domain }) => reconfigureLine(domain, text),
  async run({ app, host, domain }) {
    const command = reconfigureLine(domain, text) ?? undefined;
    const call = app.client.config.write({ host: host.id, domain: domain.id, text, command });
    await app.during(domain, 'configuring', call);
    app.notify({
      kind: 'success',
      title: `Configured ${domain.name}`,
      ...(domain.domid === null ? {} : { detail: 'It takes effect at the next start.' }),
    });
  },
});
