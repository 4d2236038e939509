import type { Clock } from '../../lib/clock.ts';
import type { Consoles } from './consoles.ts';
import type { Live, XenDomain } from './model/domain.ts';
import type { DomainsListener } from './model/domains.ts';
import { endOf } from './model/endings.ts';
import { endingOf } from './parse/xl-log.ts';

export interface RunEars {
  changed(domain: XenDomain): void;
  removed(domain: XenDomain): void;
  /** Other domains run than before. */
  otherRuns(): void;
}

/** What follows when a domain begins or ends to run: its consoles, its figures, how it ended. */
export class RunEvents implements DomainsListener {
  readonly #clock: Clock;
  readonly #consoles: Consoles;
  readonly #ears: RunEars;

  constructor(clock: Clock, consoles: Consoles, ears: RunEars) {
    this.#clock = clock;
    this.#consoles = consoles;
    this.#ears = ears;
  }

  changed(domain: XenDomain): void {
    this.#ears.changed(domain);
  }

  removed(domain: XenDomain): void {
    this.#consoles.removed(domain);
    this.#ears.removed(domain);
  }

  began(domain: XenDomain, live: Live): void {
    domain.ending = null;
    domain.newRun();
    this.#consoles.begins(domain, live.domid);
    this.#ears.otherRuns();
  }

  halted(domain: XenDomain, { row }: Live): void {
    if (row.shutdownCode !== null) this.#note(domain, endingOf(row.shutdownCode));
  }

  ended(domain: XenDomain, live: Live, next: Live | null): void {
    const ending = endOf(domain, live, next);
    domain.ending = null;
    this.#note(domain, ending);
    this.#consoles.ends(domain, ending.detail);
    this.#ears.otherRuns();
  }

  #note(domain: XenDomain, ending: ReturnType<typeof endOf>): void {
    domain.lastExit = { at: this.#clock.wallMs(), ...ending };
  }
}
