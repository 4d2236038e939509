import type { Clock } from '../../../lib/clock.ts';
import { type TopRow, TopRounds } from '../parse/xentop.ts';
import type { Session } from '../link/session.ts';
import type { Process } from '../shell/transport.ts';
import { LineSplitter } from '../shell/text.ts';
import { takingAlong } from '../shell/while-wanted.ts';

export interface MonitorListener {
  /** Domains came, went, or their devices changed; `paths` are XenStore paths, at most 1000. */
  stirred(paths: readonly string[]): void;
  /** A file in /etc/xen or a link in /etc/xen/auto has changed. */
  configured(): void;
  /** Figures of all domains, about once a second. */
  round(rows: readonly TopRow[]): void;
  /** It has ended by itself; figures and events come no more. */
  ended(why: string): void;
}

/**
 * Everything that tells of changes, as one session: figures on its stdout (xentop), changed paths and a word about changed
 * files on its stderr (lines shorter than a pipe writes at once, so they never mix). Each line on its stdin is a list of
 * further paths to watch instead of those before. It ends when its stdin does, so that nothing of it stays on the host when
 * the connection goes. A process started is what costs a slow host most: whether files have come or gone is seen every two seconds by
 * the shell alone, whether one was edited every six. Only parts of the store that guests cannot write to are watched.
 */
const script =
  takingAlong('$w $t $c $v') +
  'if command -v xenstore-watch >/dev/null 2>&1; then xenstore-watch @introduceDomain @releaseDomain /libxl >&2 & w=$!; else w=; fi; ' +
  'if command -v xentop >/dev/null 2>&1; then xentop -b -f -d 1 & t=$!; else t=; fi; ' +
  '( o=; k=; i=0; while :; do set -- /etc/xen/*.cfg /etc/xen/auto/*; if [ "$*" != "$k" ] || [ $((i % 3)) = 0 ]; then k=$*; ' +
  'n=$(stat -c "%n %i %s %Y %Z" "$@" 2>/dev/null); if [ "$n" != "$o" ]; then echo "=configured" >&2; o=$n; fi; fi; i=$((i + 1)); ' +
  'if [ -n "$w" ] && ! kill -0 "$w" 2>/dev/null; then echo "=ended xenstore-watch" >&2; w=; fi; ' +
  'if [ -n "$t" ] && ! kill -0 "$t" 2>/dev/null; then echo "=ended xentop" >&2; t=; fi; ' +
  'sleep 2; done ) & c=$!; v=; while read -r p; do [ -n "$v" ] && kill $v 2>/dev/null; v=; ' +
  'if [ -n "$w" ] && [ "$p" != - ]; then xenstore-watch $p >&2 & v=$!; fi; done; exit 0';

/** Of each domain: its name, the memory it should have, which vCPUs it should use. */
const followed = (domid: number): string =>
  `/local/domain/${domid}/name /local/domain/${domid}/memory/target /local/domain/${domid}/cpu`;
const isRoot = /^\/local\/domain\/\d+\/(name|memory\/target|cpu)$/;

const gatherMs = 50;
const maxPaths = 1000;
/** More domains than this are looked after by figures and by the events of the toolstack only. */
const maxFollowed = 300;

/** Watches one connected host until it is closed. */
export class Monitor {
  readonly #process: Process;
  readonly #clock: Clock;
  readonly #listener: MonitorListener;
  #paths = new Set<string>();
  #gathering = false;
  #closed = false;
  #followed = '';
  /** A new watch fires once for each of its paths without anything having changed. */
  #expected = new Map<string, number>();

  private constructor(process: Process, clock: Clock, listener: MonitorListener) {
    this.#process = process;
    this.#clock = clock;
    this.#listener = listener;
    const rounds = new TopRounds((rows) => this.#closed || listener.round(rows));
    const top = new LineSplitter((line) => rounds.line(line), 2048);
    const events = new LineSplitter((line) => this.#event(line), 4096);
    process.stdout.on('data', (chunk: Uint8Array) => top.push(chunk));
    process.stderr.on('data', (chunk: Uint8Array) => events.push(chunk));
    process.stdin.on('error', () => undefined);
    void process.ended.then(() => {
      if (!this.#closed) listener.ended('what watches the host has ended');
    });
  }

  static async open(session: Session, clock: Clock, listener: MonitorListener): Promise<Monitor> {
    return new Monitor(await session.shell.open({ script }), clock, listener);
  }

  /** From now on these domains' names, memory targets and vCPUs are watched too. */
  follow(domids: readonly number[]): void {
    const list = domids.slice(0, maxFollowed).map(followed).join(' ');
    if (this.#closed || list === this.#followed) return;
    this.#followed = list;
    this.#expected = new Map(list.split(' ').map((path) => [path, 1]));
    this.#process.stdin.write(`${list || '-'}\n`);
  }

  close(): void {
    this.#closed = true;
    this.#process.stdin.end();
    this.#process.kill();
  }

  #event(line: string): void {
    if (this.#closed) return;
    if (line.startsWith('=configured')) return this.#listener.configured();
    if (line.startsWith('=ended ')) return this.#listener.ended(`${line.slice(7, 40)} has ended on the host`);
    if (!/^[@/]/.test(line)) return;
    if (isRoot.test(line) && this.#expected.delete(line)) return;
    if (this.#paths.size < maxPaths) this.#paths.add(line);
    if (this.#gathering) return;
    this.#gathering = true;
    this.#clock.after(gatherMs, () => {
      this.#gathering = false;
      const paths = [...this.#paths];
      this.#paths = new Set();
      if (!this.#closed) this.#listener.stirred(paths);
    });
  }
}
