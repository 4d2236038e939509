import { type BootConfig, EntryList, withoutDevice } from './boot-config.ts';
import { type GrubCommand, type GrubStatement, parseGrubScript, type Word } from './grub-script.ts';
import { fromModules } from './menu-lst.ts';

/** What GRUB 2 sets by itself, as far as configurations ask for it. */
const builtIn: Record<string, string> = {
  grub_platform: 'pc',
  grub_cpu: 'i386',
  root: 'hd0,1',
  prefix: '(hd0,1)/boot/grub',
  feature_menuentry_id: 'y',
  feature_timeout_style: 'y',
  feature_default_font_path: 'y',
  feature_platform_search_hint: 'y',
  feature_chainloader_bpb: 'y',
  feature_ntldr: 'y',
  feature_200_final: 'y',
};

const maxValueChars = 4096;
const maxVariables = 1000;
const maxWords = 512;
/** Text that variables may grow to altogether. */
const maxExpandedChars = 8 * 1024 * 1024;

/** An item of a menu: an entry (its place in the flat list) or a submenu. */
interface Item {
  readonly title: string;
  readonly id: string;
  readonly entry: number | null;
  readonly items: readonly Item[];
}

/**
 * GRUB 2's grub.cfg: menu entries, also those in submenus, in their order; conditions and variables as GRUB has them,
 * `grubenv` being what `load_env` reads. Commands that look at the machine (`search`, `loadfont`, `keystatus` …) do
 * nothing. Never throws.
 */
export function parseGrubCfg(text: string, grubenv: ReadonlyMap<string, string>): BootConfig {
  const run = new Run(grubenv);
  const items = run.menu(parseGrubScript(text));
  const wanted = run.value('default');
  const chosen = find(items, wanted) ?? find(items, run.value('fallback'));
  const timeout = run.value('timeout');
  return run.list.done(chosen, /^-?\d{1,9}$/.test(timeout) ? Number(timeout) : -1);
}

/** `default` is a number, a title or an id, and below submenus a path of them with `>` between. */
function find(items: readonly Item[], wanted: string): number | null {
  let level = items;
  let found: Item | undefined;
  for (const step of wanted.split('>')) {
    const exact = level.find(({ title, id }) => step !== '' && (title === step || id === step));
    found = exact ?? (/^\d{1,6}$/.test(step) ? level[Number(step)] : undefined);
    if (!found) return level === items ? null : firstEntry(level);
    level = found.items;
  }
  return found ? (found.entry ?? firstEntry(found.items)) : null;
}

function firstEntry(items: readonly Item[]): number | null {
  for (const { entry, items: below } of items) {
    const first = entry ?? firstEntry(below);
    if (first !== null) return first;
  }
  return null;
}

/** What the lines of one menuentry say. */
interface Draft {
  kernel: string;
  args: string;
  initrd: string[];
  modules: string[];
}

/** One reading of a script: every statement is looked at once at most. */
class Run {
  readonly list = new EntryList();
  readonly #grubenv: ReadonlyMap<string, string>;
  readonly #variables = new Map(Object.entries(builtIn));
  #expandedChars = 0;

  constructor(grubenv: ReadonlyMap<string, string>) {
    this.#grubenv = grubenv;
  }

  value(name: string): string {
    return this.#variables.get(name) ?? '';
  }

  /** Runs the statements of a menu and gives its items. */
  menu(statements: readonly GrubStatement[]): Item[] {
    const items: Item[] = [];
    this.#each(statements, (command, words) => {
      const [name] = words;
      if (name === 'menuentry') items.push(this.#entry(command, words));
      else if (name === 'submenu')
        items.push({ ...titleOf(words), entry: null, items: this.menu(command.block ?? []) });
    });
    return items;
  }

  #entry({ block }: GrubCommand, words: readonly string[]): Item {
    const draft: Draft = { kernel: '', args: '', initrd: [], modules: [] };
    this.#each(block ?? [], (_, [name = '', ...rest]) => {
      if (Object.hasOwn(loaders, name)) loaders[name]?.(draft, rest.slice(optionsAhead(rest)));
    });
    const { title, id } = titleOf(words);
    const linux = { kernel: draft.kernel, args: draft.args, ramdisks: draft.initrd };
    const boots = draft.kernel === '' && draft.modules.length > 0 ? fromModules(draft.modules) : linux;
    return { title, id, entry: this.list.add({ title, ...boots }), items: [] };
  }

  /** Runs statements, handing every command but those of the language itself to `visit`. */
  #each(
    statements: readonly GrubStatement[],
    visit: (command: GrubCommand, words: string[]) => void,
  ): boolean {
    let status = true;
    for (const statement of statements) {
      if (statement.kind === 'if') {
        const taken = statement.branches.find(({ test }) => this.#each(test, () => {}));
        if (taken) this.#each(taken.body, visit);
      } else {
        const words = this.#expand(statement.words);
        status = this.#command(words);
        visit(statement, words);
      }
    }
    return status;
  }

  /** Returns the command's status: unknown ones fail, so that a condition on the machine is not met. */
  #command([name = '', ...args]: string[]): boolean {
    if (name === 'set') for (const assignment of args) this.#set(assignment);
    else if (/^[A-Za-z_]\w*=/.test(name)) this.#set(name);
    else if (name === 'unset') for (const variable of args) this.#variables.delete(variable);
    else if (name === 'load_env') for (const [key, value] of this.#grubenv) this.#set(`${key}=${value}`);
    else if (name === '[' || name === 'test')
      return test(args.filter((word, at) => word !== ']' || at < args.length - 1));
    else return name === 'true' || name === 'search' || name === 'insmod';
    return true;
  }

  #set(assignment: string): void {
    const at = assignment.indexOf('=');
    const name = assignment.slice(0, at);
    if (at < 1 || (this.#variables.size >= maxVariables && !this.#variables.has(name))) return;
    this.#variables.set(name, assignment.slice(at + 1, at + 1 + maxValueChars));
  }

  /** The words with their variables filled in; a word of nothing but empty variables is no word. */
  #expand(words: readonly Word[]): string[] {
    return words.slice(0, maxWords).flatMap((word) => {
      const onlyVariables = word.length > 0 && word.every((part) => 'variable' in part);
      const text = word.map((part) => ('text' in part ? part.text : this.#filled(part.variable))).join('');
      return text === '' && onlyVariables ? [] : [text];
    });
  }

  #filled(variable: string): string {
    const value = this.value(variable);
    this.#expandedChars += value.length;
    return this.#expandedChars > maxExpandedChars ? '' : value;
  }
}

const setKernel = (draft: Draft, [path = '', ...args]: string[]): void => {
  draft.kernel = withoutDevice(path);
  draft.args = args.join(' ');
};
const addInitrd = (draft: Draft, paths: string[]): void =>
  void draft.initrd.push(...paths.map(withoutDevice));
const addModule = (draft: Draft, words: string[]): void => void draft.modules.push(words.join(' '));

/** The commands that load something. A hypervisor (`multiboot`) is passed over: the Linux it would start is wanted. */
const loaders: Record<string, (draft: Draft, words: string[]) => void> = {
  linux: setKernel,
  linux16: setKernel,
  linuxefi: setKernel,
  initrd: addInitrd,
  initrd16: addInitrd,
  initrdefi: addInitrd,
  module: addModule,
  module2: addModule,
};

/** Options of menuentry that have a word behind them. */
const withValue: ReadonlySet<string> = new Set(['--class', '--users', '--hotkey', '--id']);

function titleOf([, ...words]: readonly string[]): { title: string; id: string } {
  let title = '';
  let id = '';
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (word === '--id') id = words[at + 1] ?? '';
    if (withValue.has(word)) at += 1;
    else if (word.startsWith('--id=')) id = word.slice(5);
    else if (!word.startsWith('--') && title === '') title = word;
  }
  return { title, id };
}

/** GRUB's test command without the files: those it asks for are there (`-s $prefix/grubenv`). */
function test(words: readonly string[]): boolean {
  const bangs = leading(words, (word) => word === '!');
  const holds = testWords(words.slice(bangs));
  return bangs % 2 === 0 ? holds : !holds;
}

function testWords(args: readonly string[]): boolean {
  const [first = '', operator, second = ''] = args;
  if (/^-[defs]$/.test(first)) return args.length > 1;
  if (first === '-n') return (operator ?? '') !== '';
  if (first === '-z') return (operator ?? '') === '';
  if (operator === '=' || operator === '==') return first === second;
  if (operator === '!=') return first !== second;
  return args.length === 1 && first !== '';
}

/** How many words at the start are so. */
function leading(words: readonly string[], holds: (word: string) => boolean): number {
  const first = words.findIndex((word) => !holds(word));
  return first < 0 ? words.length : first;
}

const optionsAhead = (words: readonly string[]): number => leading(words, (word) => /^--\w/.test(word));

/** The variables in GRUB's environment block (`grubenv`). */
export function parseGrubenv(text: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const line of text.split('\n', 200)) {
    const [, name, value] = /^([A-Za-z_]\w*)=(.*)$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) found.set(name, value.slice(0, maxValueChars));
  }
  return found;
}
