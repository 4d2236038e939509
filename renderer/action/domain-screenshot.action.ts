import { Camera } from '@lucide/vue';
import type { DomainAction } from './action.ts';
import { domainRule, needing } from './rules.ts';

/** Saves the domain's screen as a picture, whether it is shown or not. */
export const domainScreenshot: DomainAction = {
  id: 'domain.screenshot',
  title: 'Save a screenshot',
  icon: Camera,
  appliesTo: 'domain',
  words: 'picture screen png',
  canRun: needing('thumbnails', (context) =>
    domainRule(context, {
      states: ['running', 'blocked', 'paused', 'shutdown', 'crashed'],
      dom0: 'is the host itself; it has no screen here.',
    }),
  ),
  xl: () => null,
  async run({ app, domain }) {
    const { png } = await app.client.display.screenshot({ host: domain.host, domain: domain.id });
    app.savePicture(domain.name, png);
  },
};
