import type { DomainRow, PhysicalInfo } from '../../api/dom0.ts';
import type { Terminal } from '../terminal.ts';
import { readOptions } from '../xenstore/options.ts';
import { topColumns, topLines, type TopSample } from './columns.ts';
import { defaultView, topHeader, topTable, type TopView } from './screen.ts';

/** The world of xentop. */
export interface TopWorld {
  sample(): Promise<{ readonly rows: readonly DomainRow[]; readonly physical: PhysicalInfo }>;
  readonly terminal: Terminal;
  out(text: string): void;
  err(text: string): void;
  now(): Date;
  sleep(ms: number): Promise<void>;
}

const usage = `Usage: xentop [OPTION]
Displays information about all domains executing

-h, --help           display this help and exit
-V, --version        output version information and exit
-d, --delay=SECONDS  seconds between updates (default 3)
-n, --networks       output vif network data
-x, --vbds           output vbd block device data
-r, --repeat-header  repeat table header before each domain
-v, --vcpus          output vcpu data
-b, --batch          output in batch mode, no user input accepted
-p, --pcpus          accepted; pCPUs are in xl sched-credit2 and the Scheduler page
-i, --iterations     number of iterations before exiting
-f, --full-name      output the full domain name (not truncated)
-z, --dom0-first     display dom0 first (ignore sorting)
`;

const specs = [
  { letter: 'h', long: 'help' },
  { letter: 'V', long: 'version' },
  { letter: 'n', long: 'networks' },
  { letter: 'x', long: 'vbds' },
  { letter: 'r', long: 'repeat-header' },
  { letter: 'v', long: 'vcpus' },
  { letter: 'b', long: 'batch' },
  { letter: 'p', long: 'pcpus' },
  { letter: 'f', long: 'full-name' },
  { letter: 'z', long: 'dom0-first' },
  { letter: 'd', long: 'delay', argument: true },
  { letter: 'i', long: 'iterations', argument: true },
] as const;

interface Settings {
  readonly view: TopView;
  readonly batch: boolean;
  readonly delayMs: number;
  /** Infinity: until somebody quits. */
  readonly iterations: number;
}

const wholeNumber = (text: string | undefined): number => (/^\d{1,6}$/.test(text ?? '') ? Number(text) : 0);

function settingsOf(given: ReadonlyMap<string, string>): Settings {
  const iterations = wholeNumber(given.get('i'));
  const delay = given.has('d') ? Math.max(1, wholeNumber(given.get('d'))) : 3;
  return {
    view: {
      ...defaultView,
      networks: given.has('n'),
      vbds: given.has('x'),
      repeatHeader: given.has('r'),
      vcpus: given.has('v'),
      fullNames: given.has('f'),
      dom0First: given.has('z'),
    },
    batch: given.has('b'),
    delayMs: delay * 1000,
    iterations: iterations > 0 ? iterations : Infinity,
  };
}

async function take(world: TopWorld): Promise<TopSample> {
  return { ...(await world.sample()), atMs: performance.now() };
}

async function batch(world: TopWorld, { view, delayMs, iterations }: Settings): Promise<number> {
  let before: TopSample | null = null;
  for (let round = 0; round < iterations; round += 1) {
    if (round > 0) await world.sleep(delayMs);
    const now = await take(world);
    world.out(`${topTable(topLines(now, before), view).join('\n')}\n`);
    before = now;
  }
  return 0;
}

const toggles: Readonly<Record<string, 'networks' | 'vbds' | 'repeatHeader' | 'vcpus'>> = {
  n: 'networks',
  b: 'vbds',
  r: 'repeatHeader',
  v: 'vcpus',
};

/** What a person sees and has chosen on the live screen. */
class LiveScreen {
  readonly #world: TopWorld;
  #view: TopView;
  #delayMs: number;
  /** First line of the table that is shown. */
  #scroll = 0;
  /** Digits of a new delay while it is being typed. */
  #typedDelay: string | null = null;
  #shown: { now: TopSample; before: TopSample | null } | null = null;
  quitting = false;

  constructor(world: TopWorld, { view, delayMs }: Settings) {
    this.#world = world;
    this.#view = view;
    this.#delayMs = delayMs;
  }

  get delayMs(): number {
    return this.#delayMs;
  }

  show(now: TopSample): void {
    this.#shown = { now, before: this.#shown?.now ?? null };
    this.#draw();
  }

  /** One key or an arrow's sequence. */
  key(key: string): void {
    if (this.#typedDelay !== null) this.#typeDelay(key);
    else this.#command(key);
    this.#draw();
  }

  #command(key: string): void {
    const letter = key.toLowerCase();
    const toggle = toggles[letter];
    if (toggle) this.#view = { ...this.#view, [toggle]: !this.#view[toggle] };
    else if (letter === 's')
      this.#view = { ...this.#view, sortBy: (this.#view.sortBy + 1) % topColumns.length };
    else if (letter === 'd') this.#typedDelay = '';
    else if (letter === 'q' || key === '\x1b' || key === '\x03') this.quitting = true;
    else if (key === '\x1b[A') this.#scroll = Math.max(0, this.#scroll - 1);
    else if (key === '\x1b[B') this.#scroll += 1;
  }

  #typeDelay(key: string): void {
    if (/^[0-9]$/.test(key) && (this.#typedDelay ?? '').length < 4) this.#typedDelay += key;
    else if (key === '\x7f' || key === '\b') this.#typedDelay = (this.#typedDelay ?? '').slice(0, -1);
    else if (key === '\r' || key === '\n') {
      const seconds = Number(this.#typedDelay);
      if (seconds > 0) this.#delayMs = seconds * 1000;
      this.#typedDelay = null;
    } else if (key === '\x1b') this.#typedDelay = null;
  }

  #draw(): void {
    if (!this.#shown || this.quitting) return;
    const { rows, columns } = this.#world.terminal.size();
    const { now, before } = this.#shown;
    const header = topHeader(now, this.#world.now());
    const [titles = '', ...body] = topTable(topLines(now, before), this.#view);
    const room = Math.max(1, rows - header.length - 2);
    this.#scroll = Math.min(this.#scroll, Math.max(0, body.length - room));
    const foot =
      this.#typedDelay === null
        ? '  Delay  Networks  vBds  vCPUs  Repeat header  Sort order  Quit'
        : `  Delay in seconds: ${this.#typedDelay}`;
    const shown = [...header, titles, ...body.slice(this.#scroll, this.#scroll + room)];
    const cut = shown.map((line) => `${line.slice(0, columns)}\x1b[K`);
    this.#world.out(
      `\x1b[H${cut.join('\r\n')}\r\n\x1b[J\x1b[${rows};1H\x1b[7m${foot.slice(0, columns)}\x1b[0m`,
    );
  }
}

const keysOf = (bytes: Uint8Array): string[] =>
  // An arrow is three bytes; everything else is taken one by one.
  Buffer.from(bytes)
    .toString('latin1')
    .match(/\x1b\[[A-D]|[^]/g) ?? [];

async function live(world: TopWorld, settings: Settings): Promise<number> {
  const screen = new LiveScreen(world, settings);
  let wake = (): void => {};
  const onKeys = (bytes: Uint8Array | null): void => {
    for (const key of bytes === null ? ['q'] : keysOf(bytes)) screen.key(key);
    wake();
  };
  const stopInput = world.terminal.onInput(onKeys);
  world.out('\x1b[?1049h\x1b[?25l');
  try {
    for (let round = 0; round < settings.iterations && !screen.quitting; round += 1) {
      screen.show(await take(world));
      const pressed = new Promise<void>((resolve) => {
        wake = () => {
          if (screen.quitting) resolve();
        };
      });
      if (!screen.quitting) await Promise.race([world.sleep(screen.delayMs), pressed]);
    }
  } finally {
    stopInput();
    world.out('\x1b[?25h\x1b[?1049l');
  }
  return 0;
}

/** `xentop ARGS…` (behaviour §7). Resolves with the exit code. */
export async function runTop(argv: readonly string[], world: TopWorld): Promise<number> {
  const { given, positionals, complaints } = readOptions('xentop', argv, specs);
  for (const complaint of complaints) world.err(complaint);
  if (complaints.length > 0 || positionals.length > 0) {
    world.out(usage);
    return 1;
  }
  const options = new Map(given.map(({ letter, argument }) => [letter, argument]));
  if (options.has('h') || options.has('V')) {
    world.out(options.has('h') ? usage : 'xentop 1.0\n');
    return 0;
  }
  const settings = settingsOf(options);
  if (settings.batch) return batch(world, settings);
  if (world.terminal.interactive) return live(world, settings);
  world.err('xentop: standard input is no terminal; use -b.\n');
  return 1;
}
