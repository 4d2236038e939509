import type { Thumbnail } from '../../../api/index.ts';
import { encodePng } from '../../../display/png.ts';
import { scaleDown } from '../../../display/screen/scale.ts';
import type { CancelTimer, Clock } from '../../../lib/clock.ts';
import { WatchedPicture } from './watched-picture.ts';

/** Nobody has asked for so long: the screens are let go. */
const idleMs = 10_000;
/** Between two requests of one screen at least this, and so many times what the last change took to come. */
const leastRestMs = 1000;
const restFactor = 9;
/** A screen that could not be had is tried again after this. */
const againMs = 15_000;
/** So many are looked at at once; the others have no picture. */
const mostScreens = 40;

/** One screen of the wall. */
interface Screen {
  /** null while it is being reached, or when it cannot be. */
  watched: WatchedPicture | null;
  /** On the clock: when it may be asked, or tried, again. */
  nextNs: number;
  version: number;
  seq: number;
  small: { readonly width: number; readonly png: string } | null;
}

/** Small pictures of a host's screens, while somebody looks at them, without keeping its connection busy. */
export class Wall {
  readonly #clock: Clock;
  readonly #open: (domain: string) => Promise<WatchedPicture>;
  readonly #screens = new Map<string, Screen>();
  #cancelIdle: CancelTimer = () => undefined;
  #seq = 0;

  /** `open` reaches a domain's screen, or rejects. */
  constructor(clock: Clock, open: (domain: string) => Promise<WatchedPicture>) {
    this.#clock = clock;
    this.#open = open;
  }

  async pictures(
    domains: readonly string[],
    width: number,
    known: Readonly<Record<string, number>>,
  ): Promise<Thumbnail[]> {
    this.#cancelIdle();
    this.#cancelIdle = this.#clock.after(idleMs, () => this.close());
    const wanted = new Set(domains);
    for (const [domain, screen] of this.#screens) if (!wanted.has(domain)) this.#forget(domain, screen);
    return Promise.all(domains.map((domain) => this.#picture(domain, width, known[domain])));
  }

  /** The connection is gone, or nobody looks any more. */
  close(): void {
    this.#cancelIdle();
    for (const [domain, screen] of this.#screens) this.#forget(domain, screen);
  }

  #forget(domain: string, screen: Screen): void {
    this.#screens.delete(domain);
    screen.watched?.close();
  }

  async #picture(domain: string, width: number, known: number | undefined): Promise<Thumbnail> {
    const screen = this.#screen(domain);
    const picture = screen?.watched?.picture;
    if (!screen || !screen.watched || !picture) return { domain, seq: 0, width: 0, height: 0, png: null };
    const { version } = screen.watched;
    if (screen.version !== version || screen.small?.width !== width) {
      screen.version = version;
      screen.seq = this.#seq += 1;
      const png = (await encodePng(scaleDown(picture, width))).toString('base64');
      screen.small = { width, png };
    }
    const png = known === screen.seq ? null : (screen.small?.png ?? null);
    return { domain, seq: screen.seq, width: picture.width, height: picture.height, png };
  }

  /** The screen, asked for what is new where it is time. */
  #screen(domain: string): Screen | null {
    const now = this.#clock.monotonicNs();
    let screen = this.#screens.get(domain);
    if (!screen) {
      if (this.#screens.size >= mostScreens) return null;
      screen = { watched: null, nextNs: 0, version: 0, seq: 0, small: null };
      this.#screens.set(domain, screen);
    }
    if (screen.watched?.ended) screen.watched = null;
    if (now < screen.nextNs) return screen;
    if (!screen.watched) this.#reach(domain, screen, now);
    else {
      const restMs = Math.max(leastRestMs, restFactor * screen.watched.tookMs);
      screen.nextNs = now + restMs * 1e6;
      screen.watched.ask();
    }
    return screen;
  }

  #reach(domain: string, screen: Screen, now: number): void {
    screen.nextNs = now + againMs * 1e6;
    this.#open(domain).then(
      (watched) => {
        if (this.#screens.get(domain) !== screen) return watched.close();
        screen.watched = watched;
        screen.nextNs = 0;
        watched.ask();
      },
      () => undefined,
    );
  }
}
