import { posix } from 'node:path';
import { type BootConfig, EntryList } from './boot-config.ts';

interface Draft {
  label: string;
  title: string;
  kernel: string;
  initrd: string[];
  append: string | null;
}

interface State {
  drafts: Draft[];
  wanted: string;
  onTimeout: string;
  menuDefault: string | null;
  timeoutTenths: number;
  append: string;
}

const onDraft =
  (change: (draft: Draft, value: string) => void) =>
  (state: State, value: string): void => {
    const draft = state.drafts.at(-1);
    if (draft) change(draft, value);
  };

const kernelLine = onDraft((draft, value) => (draft.kernel = value));

const commands: Record<string, (state: State, value: string) => void> = {
  label: (state, value) =>
    void state.drafts.push({ label: value, title: value, kernel: '', initrd: [], append: null }),
  default: (state, value) => (state.wanted = value),
  ontimeout: (state, value) => (state.onTimeout = value),
  timeout: (state, value) => (state.timeoutTenths = /^\d{1,9}$/.test(value) ? Number(value) : 0),
  kernel: kernelLine,
  linux: kernelLine,
  initrd: onDraft((draft, value) => (draft.initrd = value.split(','))),
  append(state, value) {
    const draft = state.drafts.at(-1);
    if (draft) draft.append = value === '-' ? '' : value;
    else state.append = value;
  },
  menu(state, value) {
    const draft = state.drafts.at(-1);
    const [, word = '', rest = ''] = /^(\S+)\s*(.*)$/s.exec(value) ?? [];
    if (draft && word.toLowerCase() === 'label') draft.title = rest.replaceAll('^', '');
    if (draft && word.toLowerCase() === 'default') state.menuDefault = draft.label;
  },
};

/**
 * extlinux.conf, isolinux.cfg and syslinux.cfg. `source` is the file's path: others are relative to its folder. Modules
 * (`.c32`) are no entries. Never throws.
 */
export function parseExtlinux(text: string, source: string): BootConfig {
  const state: State = {
    drafts: [],
    wanted: '',
    onTimeout: '',
    menuDefault: null,
    timeoutTenths: 0,
    append: '',
  };
  for (const line of text.split(/\r?\n/)) {
    const [, name = '', value = ''] = /^([A-Za-z]+)\s+(.*)$/s.exec(line.trim()) ?? [];
    const command = name.toLowerCase();
    if (Object.hasOwn(commands, command)) commands[command]?.(state, value);
  }
  const list = new EntryList();
  const places = new Map<string, number | null>();
  for (const draft of state.drafts) places.set(draft.label, list.add(toEntry(draft, state, source)));
  const wanted = [state.menuDefault, state.onTimeout, state.wanted].map(
    (label) => places.get(label ?? '') ?? null,
  );
  const chosen = wanted.find((place) => place !== null) ?? null;
  return list.done(chosen, state.timeoutTenths === 0 ? -1 : Math.ceil(state.timeoutTenths / 10));
}

function toEntry(draft: Draft, state: State, source: string): Parameters<EntryList['add']>[0] {
  const absolute = (path: string): string => posix.resolve(posix.dirname(source), path);
  const line = draft.append ?? state.append;
  const inline = /(?:^|\s)initrd=(\S+)/.exec(line)?.[1]?.split(',') ?? [];
  const [kernel = '', ...more] = draft.kernel.split(/\s+/);
  const isModule = /\.(c32|bin|bs|0|com)$/i.test(kernel);
  return {
    title: draft.title,
    kernel: kernel === '' || isModule ? '' : absolute(kernel),
    ramdisks: (draft.initrd.length > 0 ? draft.initrd : inline).map(absolute),
    args: [...more, line.replace(/(?:^|\s)initrd=\S+/, '')].join(' '),
  };
}
