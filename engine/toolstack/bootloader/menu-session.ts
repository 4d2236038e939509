/** What a boot menu shows. */
export interface MenuContent {
  /** Names the domain, in the head line. */
  readonly heading: string;
  /** At least one. */
  readonly titles: readonly string[];
  readonly defaultEntry: number;
  /** -1: wait for a choice. */
  readonly timeoutSeconds: number;
}

/** Rows of entries shown at once; longer menus scroll. */
const windowRows = 12;
const titleColumns = 72;
const help = 'Arrows or a number select, Enter boots.';

/**
 * A boot loader's menu on a serial line, without a clock or a line: keys and seconds go in, text comes out, and at some
 * point there is a choice. It draws relative to where the cursor is, so that it also looks right in a scrollback.
 * Any key ends the countdown, as in GRUB.
 */
export class MenuSession {
  readonly #content: MenuContent;
  #selected: number;
  #secondsLeft: number;
  #choice: number | null = null;
  /** Digits of a number that may go on. */
  #digits = '';
  /** The beginning of an escape sequence. */
  #escape = '';
  #drawn = false;

  constructor(content: MenuContent) {
    this.#content = content;
    this.#selected = content.defaultEntry;
    this.#secondsLeft = content.timeoutSeconds;
  }

  /** The entry to boot, once there is one. */
  get choice(): number | null {
    return this.#choice;
  }

  /** True while time passes towards the default entry. */
  get counting(): boolean {
    return this.#choice === null && this.#secondsLeft >= 0;
  }

  /** The menu's text, for the first time or again. */
  draw(): string {
    const lines = [this.#content.heading, '', ...this.#rows(), '', help, this.#countdown()];
    const up = this.#drawn ? `\x1b[${lines.length}A` : '';
    this.#drawn = true;
    return up + lines.map((line) => `\r${line}\x1b[K\r\n`).join('');
  }

  /** A second has passed. Returns what to show. */
  tick(): string {
    if (!this.counting) return '';
    this.#secondsLeft -= 1;
    // The last line only: a long countdown must not fill the scrollback.
    if (this.#secondsLeft > 0) return `\x1b[1A\r${this.#countdown()}\x1b[K\r\n`;
    this.#secondsLeft = 0;
    return this.#choose(this.#content.defaultEntry);
  }

  /** Somebody typed. Returns what to show; input after the choice is ignored. */
  type(text: string): string {
    if (this.#choice !== null || text === '') return '';
    this.#secondsLeft = -1;
    for (const char of text) {
      this.#key(char);
      if (this.#choice !== null) return this.#choose(this.#choice);
    }
    return this.draw();
  }

  #key(char: string): void {
    const sequence = this.#escape + char;
    if (isPartOfSequence(sequence)) {
      this.#escape = sequence;
      return;
    }
    this.#escape = '';
    if (/^\d$/.test(char) && sequence === char) this.#digit(char);
    else {
      this.#digits = '';
      if (Object.hasOwn(keys, sequence)) this.#apply(keys[sequence]);
    }
  }

  #apply(action: KeyAction | undefined): void {
    const last = this.#content.titles.length - 1;
    if (action === 'boot') this.#choice = this.#selected;
    else if (action === 'first') this.#selected = 0;
    else if (action === 'last') this.#selected = last;
    else if (action !== undefined) this.#selected = Math.min(last, Math.max(0, this.#selected + action));
  }

  /** Numbers count from 1, as they are shown; a digit that leads beyond the last entry begins a new number. */
  #digit(char: string): void {
    const count = this.#content.titles.length;
    const [longer, alone] = [Number(this.#digits + char), Number(char)];
    const wanted = longer <= count ? longer : alone;
    this.#digits = longer <= count ? this.#digits + char : char;
    if (wanted >= 1 && wanted <= count) this.#selected = wanted - 1;
  }

  #choose(entry: number): string {
    this.#choice = entry;
    this.#selected = entry;
    return `${this.draw()}\r\n`;
  }

  #rows(): string[] {
    const { titles } = this.#content;
    const half = Math.floor(windowRows / 2);
    const first = Math.max(0, Math.min(this.#selected - half, titles.length - windowRows));
    const width = String(titles.length).length;
    return titles.slice(first, first + windowRows).map((title, row) => {
      const index = first + row;
      const text = `${String(index + 1).padStart(width)}  ${plain(title)}`;
      return index === this.#selected ? `> \x1b[7m${text}\x1b[0m` : `  ${text}`;
    });
  }

  #countdown(): string {
    if (this.#choice !== null) return `Booting ${plain(this.#content.titles[this.#choice] ?? '')}`;
    if (!this.counting) return 'Waiting for a choice.';
    const { timeoutSeconds } = this.#content;
    const width = String(Math.max(0, timeoutSeconds)).length;
    return `Booting the selected entry in ${String(this.#secondsLeft).padStart(width)} s; any key stops the countdown.`;
  }
}

type KeyAction = 'boot' | 'first' | 'last' | number;

const keys: Record<string, KeyAction> = {
  '\r': 'boot',
  '\n': 'boot',
  '\x1b[A': -1,
  '\x1bOA': -1,
  '\x10': -1,
  k: -1,
  '\x1b[B': 1,
  '\x1bOB': 1,
  '\x0e': 1,
  j: 1,
  '\x1b[5~': -windowRows,
  '\x1b[6~': windowRows,
  '\x1b[H': 'first',
  '\x1b[1~': 'first',
  '\x1b[F': 'last',
  '\x1b[4~': 'last',
};

const maxSequence = 8;

/** ESC, `ESC [`, `ESC O` and parameters: more is to come. */
const isPartOfSequence = (text: string): boolean =>
  text.length < maxSequence && /^\x1b(?:\[[0-9;]*|O)?$/.test(text);

const plain = (title: string): string => title.replace(/[\x00-\x1f\x7f-\x9f]/g, ' ').slice(0, titleColumns);
