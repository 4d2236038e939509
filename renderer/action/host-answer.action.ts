import { MessageCircleQuestion } from '@lucide/vue';
import type { HostAction } from './action.ts';
import { linkRule } from './link-rule.ts';

/** Shows again what the host asks: a password, a passphrase, an unknown host key. */
export const hostAnswer: HostAction = {
  id: 'host.answer',
  title: 'Answer',
  icon: MessageCircleQuestion,
  appliesTo: 'host',
  words: 'password passphrase host key prompt',
  canRun: (context) => linkRule(context, ['asking']),
  xl: () => null,
  run: ({ app, host }) => app.open({ kind: 'host-prompt', host: host.id }),
};
