/** One word of Xen's language. */
export interface Term {
  readonly id: string;
  readonly title: string;
  /** Other ways it is written, for finding it. */
  readonly also: readonly string[];
  /** One or two sentences for somebody who meets it for the first time. */
  readonly text: string;
  /** Ids of terms that belong to it. */
  readonly see: readonly string[];
}

const term = (id: string, title: string, text: string, also = '', see = ''): Term => ({
  id,
  title,
  text,
  also: also.split(',').filter(Boolean),
  see: see.split(' ').filter(Boolean),
});

/** The words that appear as labels, and those needed to explain them. */
export const terms: readonly Term[] = [
  term(
    'domain',
    'Domain',
    'What Xen calls a virtual machine: memory, vCPUs and devices of its own, kept apart from all others.',
    'guest,vm,virtual machine',
    'domid dom0 domu',
  ),
  term(
    'domid',
    'Domid',
    'The number of a running domain. It only grows: a domain that starts again gets a new one.',
    'domain id',
    'domain',
  ),
  term(
    'dom0',
    'Domain-0 (dom0)',
    'The first domain. It is privileged: it runs the tools such as xl and, usually, the drivers of the real devices.',
    'control domain',
    'domu backend toolstack',
  ),
  term('domu', 'DomU', 'Any domain but Domain-0: a guest without privileges.', 'unprivileged,guest', 'dom0'),
  term(
    'hypervisor',
    'Hypervisor',
    'The program below all domains. It shares out CPUs and memory and keeps domains apart; everything else is done in Domain-0.',
    'xen,vmm',
    'dom0',
  ),
  term(
    'pygrub',
    'Boot menu (pygrub)',
    "A boot loader that runs before the domain does: it reads GRUB's configuration on the domain's own disk, offers its entries and takes the kernel out.",
    'bootloader,grub,grub.cfg,kernel',
    'pv pvh xlcfg',
  ),
  term(
    'toolstack',
    'Toolstack',
    'The programs in Domain-0 that create and control domains: xl and the library below it, libxl.',
    'xl,libxl,xm,xend',
    'dom0 xlcfg',
  ),
  term(
    'pv',
    'PV',
    'Paravirtual: the guest’s kernel knows that it runs on Xen and calls it instead of touching hardware. Needs no help of the CPU.',
    'paravirtual,paravirtualized',
    'pvh hvm',
  ),
  term(
    'pvh',
    'PVH',
    'Like PV in what the guest sees, but the CPU’s own virtualisation keeps memory apart. No emulated devices.',
    '',
    'pv hvm',
  ),
  term(
    'hvm',
    'HVM',
    'A complete computer with firmware and emulated devices: an unmodified operating system runs in it.',
    'hardware virtual machine,fully virtualized',
    'pv pvh',
  ),
  term(
    'vcpu',
    'vCPU',
    'A processor as a domain sees it. The scheduler lets it run on a physical CPU for a while, then another.',
    'virtual cpu',
    'pcpu affinity credit',
  ),
  term('pcpu', 'pCPU', 'A physical CPU of the host, or one of its threads.', 'physical cpu', 'vcpu pool'),
  term(
    'affinity',
    'Affinity (pinning)',
    'Hard affinity: the pCPUs a vCPU may run on at all. Soft affinity: those it prefers.',
    'pin,pinning,vcpu-pin,hard,soft',
    'vcpu pcpu',
  ),
  term(
    'weight',
    'Weight',
    'How much CPU a domain gets compared with others when there is not enough: 512 gets twice what 256 gets. 1 to 65535, usually 256.',
    '',
    'cap credit',
  ),
  term(
    'cap',
    'Cap',
    'The most CPU a domain gets even when nobody else wants it, in percent of one pCPU. 0 means no limit.',
    'limit',
    'weight credit',
  ),
  term(
    'credit',
    'Credit',
    'What the scheduler counts with: a vCPU that runs burns credit, one that waits is given some. Who has more goes first.',
    'credit2,scheduler',
    'weight cap',
  ),
  term(
    'pool',
    'CPU pool',
    'Some of the pCPUs with a scheduler of their own. Each domain is in one pool and runs on no other CPUs.',
    'cpupool,Pool-0',
    'pcpu credit',
  ),
  term(
    'ratelimit',
    'Rate limit',
    'The shortest time a vCPU may run before another takes over, in microseconds. Longer wastes less on changing over, shorter answers faster.',
    'ratelimit_us',
    'credit',
  ),
  term(
    'xenstore',
    'XenStore',
    'A small tree of paths and values that Domain-0 and all guests share. Devices are set up and settings are passed through it.',
    'xs,xenstored',
    'watch backend frontend',
  ),
  term(
    'watch',
    'Watch',
    'A wish to be told whenever a path of XenStore, or anything below it, changes.',
    'xenstore-watch',
    'xenstore',
  ),
  term(
    'permissions',
    'Permissions of a node',
    'First the owner and what everybody else may (n nothing, r read, w write, b both), then exceptions by domid: n0,r1 is owned by 0, read by 1.',
    'perms,xenstore-chmod',
    'xenstore domid',
  ),
  term(
    'backend',
    'Backend',
    'The half of a device that has the real thing: it usually runs in Domain-0 and serves a frontend.',
    'be,netback,blkback',
    'frontend vif vbd',
  ),
  term(
    'frontend',
    'Frontend',
    'The half of a device inside the guest: its driver, which passes requests to the backend.',
    'fe,netfront,blkfront',
    'backend vif vbd',
  ),
  term(
    'vif',
    'Vif',
    'A virtual network card. vif3.0 is the first card of the domain with domid 3, as Domain-0 sees it.',
    'nic,network interface',
    'bridge backend frontend',
  ),
  term(
    'vbd',
    'VBD',
    'A virtual block device: a disk or CD-ROM of a domain, backed by a file or a volume.',
    'disk,virtual block device',
    'backend frontend',
  ),
  term(
    'bridge',
    'Bridge',
    'A switch in software. Vifs that are on the same bridge reach each other, and what else is on it.',
    'xenbr0,switch',
    'vif',
  ),
  term(
    'ballooning',
    'Ballooning',
    'Changing a domain’s memory while it runs: a driver in the guest takes pages from its own system and gives them back to Xen.',
    'balloon,mem-set,maxmem',
    'maxmem',
  ),
  term(
    'maxmem',
    'Maximum memory',
    'How far a domain’s memory can grow by ballooning while it runs.',
    'maxmem,static-max,mem-max',
    'ballooning',
  ),
  term(
    'xlcfg',
    'xl.cfg',
    'The text file a domain is made from: name = value lines, by custom in /etc/xen.',
    'config,configuration',
    'toolstack',
  ),
  term(
    'ring',
    'Console ring',
    'The memory that keeps the hypervisor’s last messages; xl dmesg prints it.',
    'dmesg,xl dmesg',
    'hypervisor',
  ),
  term(
    'uuid',
    'UUID',
    'The name of a domain that never changes, unlike its domid.',
    'universally unique identifier',
    'domid',
  ),
];

const byId = new Map(terms.map((each) => [each.id, each]));

/** null for a word that is not in the table. */
export const termOf = (id: string): Term | null => byId.get(id) ?? null;

/** Terms whose title, spelling or text has every word; those named so come first. */
export function findTerms(query: string): Term[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const rank = (each: Term): number | null => {
    const name = [each.title, ...each.also].join(' ').toLowerCase();
    const all = `${name} ${each.text.toLowerCase()}`;
    if (!words.every((word) => all.includes(word))) return null;
    return words.every((word) => name.includes(word)) ? 0 : 1;
  };
  return terms
    .map((each) => ({ each, order: rank(each) }))
    .filter((found): found is { each: Term; order: number } => found.order !== null)
    .sort((a, b) => a.order - b.order || a.each.title.localeCompare(b.each.title))
    .map(({ each }) => each);
}
