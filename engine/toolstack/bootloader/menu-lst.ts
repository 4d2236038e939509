import { type BootConfig, EntryList, limits, withoutDevice } from './boot-config.ts';

interface Draft {
  title: string;
  kernel: string;
  kernelArgs: string;
  modules: string[];
  initrd: string[];
}

interface Global {
  defaultEntry: number;
  fallback: number;
  timeout: number;
}

/** GRUB legacy's numbers count all titles, also those without a kernel. */
type Read = { readonly global: Global; readonly drafts: readonly Draft[] };

const globals: Record<string, (global: Global, value: string) => void> = {
  default: (global, value) => (global.defaultEntry = number(value, 0)),
  fallback: (global, value) => (global.fallback = number(value, -1)),
  timeout: (global, value) => (global.timeout = number(value, -1)),
};

const commands: Record<string, (draft: Draft, value: string) => void> = {
  kernel(draft, value) {
    // `--type=…` and `--no-mem-option` are for GRUB.
    const [path = '', ...args] = words(value.replace(/^(--\S+\s+)+/, ''));
    draft.kernel = withoutDevice(path);
    draft.kernelArgs = args.join(' ');
  },
  module: (draft, value) => void draft.modules.push(value),
  initrd: (draft, value) =>
    void draft.initrd.push(...words(value).slice(0, limits.ramdisks).map(withoutDevice)),
};
commands.modulenounzip = commands.module ?? (() => {});

/** menu.lst and grub.conf of GRUB legacy. Never throws: what is not understood is left out. */
export function parseMenuLst(text: string): BootConfig {
  const { global, drafts } = read(text);
  const list = new EntryList();
  const places = drafts.map((draft) => list.add(toEntry(draft)));
  const place = (index: number): number | null => places[index] ?? null;
  return list.done(place(global.defaultEntry) ?? place(global.fallback), global.timeout);
}

function read(text: string): Read {
  const global: Global = { defaultEntry: 0, fallback: -1, timeout: -1 };
  const drafts: Draft[] = [];
  for (const line of text.split(/\r?\n/)) {
    const [, name = '', value = ''] = /^([A-Za-z_]+)(?:\s*=\s*|\s+)(.*)$/s.exec(line.trim()) ?? [];
    const command = name.toLowerCase();
    const draft = drafts.at(-1);
    if (command === 'title')
      drafts.push({ title: value.trim(), kernel: '', kernelArgs: '', modules: [], initrd: [] });
    else if (draft && Object.hasOwn(commands, command)) commands[command]?.(draft, value.trim());
    else if (Object.hasOwn(globals, command)) globals[command]?.(global, value.trim());
  }
  return { global, drafts };
}

/** An entry for a Xen host boots its hypervisor; here the Linux below it is wanted, as pygrub does it. */
function toEntry(draft: Draft): Parameters<EntryList['add']>[0] {
  const { title, kernel, kernelArgs, modules, initrd } = draft;
  if (!isHypervisor(kernel) || modules.length === 0)
    return { title, kernel, args: kernelArgs, ramdisks: initrd };
  return { title, ...fromModules(modules) };
}

/** Does this kernel want another one as its first module? */
export const isHypervisor = (path: string): boolean => /(?:^|\/)xen[^/]*$/.test(path);

/** The lines of modules behind a hypervisor: Linux with its arguments, then its ramdisk. */
export function fromModules(modules: readonly string[]): {
  kernel: string;
  args: string;
  ramdisks: string[];
} {
  const [linux = '', ...rest] = modules.map((line) => words(line.replace(/^(--\S+\s+)+/, '')));
  const [kernel = '', ...args] = linux;
  const ramdisks = rest.flatMap(([path]) => (path === undefined ? [] : [withoutDevice(path)]));
  return { kernel: withoutDevice(kernel), args: args.join(' '), ramdisks };
}

const words = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '');
const number = (text: string, otherwise: number): number =>
  /^-?\d{1,9}/.test(text) ? parseInt(text, 10) : otherwise;
