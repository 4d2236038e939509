import { Monitor } from '@lucide/vue';
import type { DomainAction, DomainContext } from './action.ts';
import { isDom0, needing } from './rules.ts';
import { domainWord, shellLine } from './xl.ts';

const xl = ({ domain }: DomainContext): string => shellLine('xl', 'vncviewer', domainWord(domain));

/** Shows the domain's screen. Allowed when it is off: the picture comes by itself at the next start. */
export const domainDisplay: DomainAction = {
  id: 'domain.display',
  title: 'Open screen',
  icon: Monitor,
  shortcut: 'Alt+G',
  appliesTo: 'domain',
  words: 'graphical console vnc vncviewer display monitor',
  canRun: needing('display', ({ domain }) => {
    if (isDom0(domain)) return { why: 'Domain-0 is the host itself; it has no screen here.' };
    return true;
  }),
  xl,
  run(context) {
    const { app, domain } = context;
    app.showConsole(domain, 'graphical');
    if (domain.domid !== null) app.mirror(xl(context));
  },
};
