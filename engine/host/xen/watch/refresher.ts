import { randomBytes } from 'node:crypto';
import { DomusError } from '../../../api/index.ts';
import { readRunningConfig } from '../../../toolstack/read-config.ts';
import type { Clock } from '../../../lib/clock.ts';
import type { Live } from '../model/domain.ts';
import { type Definitions, scanScript } from '../model/definitions.ts';
import type { XenDomains } from '../model/domains.ts';
import { parseListLong } from '../parse/list-long.ts';
import { decimal } from '../parse/number.ts';
import { type HostFacts, parseInfo } from '../parse/xl-info.ts';
import { parseEnding } from '../parse/xl-log.ts';
import { type ListRow, parseList } from '../parse/xl-list.ts';
import type { Xl } from '../xl.ts';

export interface RefreshListener {
  facts(facts: HostFacts): void;
  problems(sentences: readonly string[]): void;
  /** A run's configuration has been read (again). */
  read(live: Live): void;
  failed(error: Error): void;
}

/** Above this many the whole list is asked for at once: a process each costs the host more. */
const oneByOne = 6;
/** So often a run is asked for what it is made of, when the host does not say. */
const mostTries = 50;
const maxBytes = 64 * 1024 * 1024;
/** `xl list -l` reads much of the XenStore. */
const detailsMs = 60_000;

const mark = (): string => `@${randomBytes(9).toString('hex')}`;

/**
 * Reads what runs and what is configured. Requests that come while it reads are one more reading; each caller's promise
 * resolves after a reading that began later than the call.
 */
export class Refresher {
  readonly #xl: Xl;
  readonly #domains: XenDomains;
  readonly #definitions: Definitions;
  readonly #listener: RefreshListener;
  readonly #clock: Clock;
  readonly #unread = new Set<Live>();
  readonly #tries = new WeakMap<Live, number>();
  /** Names of domains that are being made: xl says little of them yet, and a slow host has enough to do. */
  readonly #making = new Set<string>();
  /** The newest reading: when it ended, how long it took. */
  last = { endedNs: -Infinity, tookMs: 0 };
  #memory = '';
  #filesChanged = true;
  #pcpus = 1;
  #running: Promise<void> | null = null;
  #next: Promise<void> | null = null;

  constructor(parts: {
    xl: Xl;
    domains: XenDomains;
    definitions: Definitions;
    clock: Clock;
    listener: RefreshListener;
  }) {
    this.#xl = parts.xl;
    this.#domains = parts.domains;
    this.#definitions = parts.definitions;
    this.#clock = parts.clock;
    this.#listener = parts.listener;
  }

  /** The configuration of a run has changed. */
  stale(live: Live): void {
    this.#unread.add(live);
  }

  /** Until the answer is called nobody asks what a domain of this name is made of. */
  leaveOut(name: string): () => void {
    this.#making.add(name);
    return () => void this.#making.delete(name);
  }

  /** Something that runs could not be read so far, and another reading may tell: while xl makes a domain it says nothing of it. */
  get incomplete(): boolean {
    return this.#wanted().length > 0;
  }

  #wanted(): Live[] {
    for (const live of this.#unread) {
      if (this.#domains.byDomid(live.domid)?.live !== live) this.#unread.delete(live);
    }
    return [...this.#unread].filter(
      ({ domid }) => !this.#making.has(this.#domains.byDomid(domid)?.name ?? ''),
    );
  }

  /** Files are to be read too, at the next reading. */
  filesChanged(): void {
    this.#filesChanged = true;
  }

  /** Without waiting; what goes wrong is told to the listener. */
  request(): void {
    this.now().catch((error: unknown) =>
      this.#listener.failed(error instanceof Error ? error : new Error(String(error))),
    );
  }

  now(): Promise<void> {
    if (!this.#running) return this.#start();
    this.#next ??= this.#running.catch(() => undefined).then(() => this.#start());
    return this.#next;
  }

  #start(): Promise<void> {
    this.#next = null;
    const beganNs = this.#clock.monotonicNs();
    const running = this.#read().finally(() => {
      const endedNs = this.#clock.monotonicNs();
      this.last = { endedNs, tookMs: (endedNs - beganNs) / 1e6 };
      if (this.#running === running) this.#running = null;
    });
    this.#running = running;
    return running;
  }

  async #read(): Promise<void> {
    const files = this.#filesChanged;
    this.#filesChanged = false;
    const cut = mark();
    const script = `xl list -v; echo "$1 $?"; ${files ? `shift; ${scanScript}` : ':'}`;
    const fileMark = mark();
    const { stdout } = await this.#xl
      .script('xl list', script, [cut, fileMark], { maxBytes })
      .catch((error: unknown) => {
        this.#filesChanged ||= files;
        throw error;
      });
    const [list = '', rest = ''] = stdout.split(new RegExp(`^${cut} `, 'm'));
    if (files) this.#define(rest, fileMark);
    if (!rest.startsWith('0')) {
      throw new DomusError(
        'ERROR_FAIL',
        'xl list does not work on the host: its domains are shown as they were.',
        {
          fix: 'Run xl list in a terminal on the host.',
        },
      );
    }
    const rows = parseList(list);
    await this.#endings(rows);
    for (const live of this.#domains.run(rows)) this.#unread.add(live);
    const memory = rows.map(({ domid, memoryKiB }) => `${domid}:${memoryKiB}`).join();
    await this.#details(memory !== this.#memory);
    this.#memory = memory;
  }

  #again(live: Live): void {
    const tries = (this.#tries.get(live) ?? 0) + 1;
    this.#tries.set(live, tries);
    if (tries < mostTries) this.#unread.add(live);
  }

  #define(printed: string, fileMark: string): void {
    const { definitions, problems } = this.#definitions.apply(printed, fileMark, this.#pcpus);
    this.#domains.define(definitions);
    this.#listener.problems(problems);
  }

  #facts(info: string): void {
    const facts = parseInfo(info);
    if (facts.physical.nrCpus === 0) return;
    this.#pcpus = facts.physical.nrCpus;
    this.#listener.facts(facts);
  }

  /** How runs ended that nobody here has ended: what xl's monitor wrote of them. */
  async #endings(rows: readonly ListRow[]): Promise<void> {
    const gone = this.#domains
      .missing(rows)
      .filter(({ domain }) => domain.expected === null)
      .slice(0, 50);
    if (gone.length === 0) return;
    const cut = mark();
    const script =
      'm=$1; shift; for n in "$@"; do tail -c 4096 "/var/log/xen/xl-$n.log" 2>/dev/null; echo "$m"; done';
    const { stdout } = await this.#xl.script('xl log', script, [
      cut,
      ...gone.map(({ domain }) => domain.name),
    ]);
    const logs = stdout.split(`${cut}\n`);
    gone.forEach(({ domain, live }, index) => {
      domain.ending = parseEnding(logs[index] ?? '', live.domid);
    });
  }

  /**
   * Configurations that are not read yet; and how much memory is free, when that may have changed. What takes too long is asked
   * for again by the next reading: which domains there are is known.
   */
  async #details(memoryChanged: boolean): Promise<void> {
    const wanted = this.#wanted();
    for (const live of wanted) this.#unread.delete(live);
    if (wanted.length === 0 && !memoryChanged) return;
    try {
      await this.#readDetails(wanted);
    } catch (error) {
      for (const live of wanted) this.#unread.add(live);
      if (!(error instanceof DomusError && error.code === 'ERROR_TIMEDOUT')) throw error;
      this.#listener.failed(error);
    }
  }

  async #readDetails(wanted: readonly Live[]): Promise<void> {
    const cut = mark();
    const domids = wanted.length > oneByOne ? 'all' : wanted.map(({ domid }) => domid).join(' ');
    const script =
      'm=$1; if [ "$2" = all ]; then xl list -l; else for d in $2; do xl list -l "$d"; done; fi 2>/dev/null; shift 2; ' +
      'for u in "$@"; do echo "$m $u $(xenstore-read "/vm/$u/start_time" 2>/dev/null)"; done; echo "$m info"; xl info';
    const { stdout } = await this.#xl.script(
      'xl list -l',
      script,
      [cut, domids, ...wanted.map(({ uuid }) => uuid)],
      { maxBytes, timeoutMs: detailsMs },
    );
    const [json = '', ...times] = stdout.split(`${cut} `);
    this.#facts(times.pop() ?? '');
    const started = new Map(times.map((line) => [line.slice(0, 36), decimal(line.slice(37).trim()) * 1000]));
    const configs = new Map((await parseListLong(json)).map(({ domid, config }) => [domid, config]));
    for (const live of wanted) {
      const config = configs.get(live.domid);
      if (config) live.config = readRunningConfig(config) ?? live.config;
      else if (live.config === null) this.#again(live);
      live.startedAt = started.get(live.uuid) || live.startedAt;
      this.#listener.read(live);
    }
  }
}
