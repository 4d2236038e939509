import { dom0Uuid, type History, type HistoryRange, type HostSamples } from '../../api/index.ts';
import type { Clock } from '../../lib/clock.ts';
import type { XenDomains } from './model/domains.ts';
import type { TopRow } from './parse/xentop.ts';
import { Sampler } from './watch/sampler.ts';

/** What xentop says of a host's domains: the newest rows, and what was made of all of them. */
export class Figures {
  readonly #domains: XenDomains;
  readonly #sampler: Sampler;
  #newest: ReadonlyMap<string, TopRow> = new Map();

  constructor(host: string, clock: Clock, domains: XenDomains) {
    this.#domains = domains;
    this.#sampler = new Sampler(host, clock);
  }

  /** By name. */
  get newest(): ReadonlyMap<string, TopRow> {
    return this.#newest;
  }

  round(rows: readonly TopRow[], pcpus: number): HostSamples {
    this.#newest = new Map(rows.map((row) => [row.name, row]));
    const byName = new Map(
      this.#domains.all.flatMap((domain) =>
        domain.live ? [[domain.live.row.name ?? '', domain] as const] : [],
      ),
    );
    return this.#sampler.round(rows, (name) => byName.get(name), { pcpus });
  }

  /** The connection is gone: a gap. */
  interrupt(): void {
    this.#newest = new Map();
    this.#sampler.interrupt();
  }

  /** `domain` null: of the whole host. ERROR_DOMAIN_NOTFOUND. */
  history(domain: string | null, range: HistoryRange): History {
    const whose = domain === null ? null : domain === dom0Uuid ? 'dom0' : this.#domains.get(domain);
    return this.#sampler.history(whose, range);
  }
}
