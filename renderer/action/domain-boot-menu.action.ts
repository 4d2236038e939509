import { ListStart } from '@lucide/vue';
import type { DomainAction } from './action.ts';
import { domainRule } from './rules.ts';

/** Asks which entry of its own disk's boot menu the domain starts with. The dialog shows the line that does the same. */
export const domainBootMenu: DomainAction = {
  id: 'domain.boot-menu',
  title: 'Start with boot menu…',
  icon: ListStart,
  appliesTo: 'domain',
  words: 'pygrub grub entry kernel single',
  canRun: (context) => {
    const { domain } = context;
    if (domain.bootloader === undefined && domain.domid !== 0) {
      return {
        why: `${domain.name} boots from ${domain.boot}: only a domain with bootloader= has a boot menu.`,
      };
    }
    return domainRule(context, { states: ['off'], dom0: 'runs as long as its host does.' });
  },
  xl: () => null,
  run: ({ app, host, domain }) => app.open({ kind: 'boot-menu', host: host.id, domain: domain.id }),
};
