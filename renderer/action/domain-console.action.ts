import { SquareTerminal } from '@lucide/vue';
import type { DomainAction, DomainContext } from './action.ts';
import { isDom0 } from './rules.ts';
import { domainWord, shellLine } from './xl.ts';

const xl = ({ domain }: DomainContext): string => shellLine('xl', 'console', domainWord(domain));

/** Shows the domain's serial console. Allowed when it is off: the console attaches by itself at the next start. */
export const domainConsole: DomainAction = {
  id: 'domain.console',
  title: 'Open console',
  icon: SquareTerminal,
  shortcut: 'Alt+C',
  appliesTo: 'domain',
  words: 'serial terminal',
  canRun({ domain }) {
    if (isDom0(domain)) return { why: 'Domain-0 is the host itself; it has no serial console here.' };
    if (domain.serialPorts.length === 0)
      return { why: `${domain.name} has no serial port (serial= in its xl.cfg).` };
    return true;
  },
  xl,
  run(context) {
    const { app, domain } = context;
    app.showConsole(domain, 'serial');
    if (domain.domid !== null) app.mirror(xl(context));
  },
};
