import type { DomainInfo } from '../../../api/index.ts';
import { RateMeter } from '../../../stats/rates.ts';
import { Series } from '../../../stats/series.ts';
import { Exclusive } from '../../../toolstack/exclusive.ts';
import type { GuestConfig } from '../../../toolstack/guest-config.ts';
import type { ListRow } from '../parse/xl-list.ts';
import type { Definition } from './definitions.ts';

/** One run of a domain. */
export interface Live {
  readonly domid: number;
  readonly uuid: string;
  row: ListRow;
  /** As it runs; null: not read yet, or it cannot be made sense of. */
  config: GuestConfig | null;
  /** Epoch ms; null: the host does not say. */
  startedAt: number | null;
}

/** How a run is expected to end, because somebody here asked for it. */
export type Expected = 'poweroff' | 'reboot' | 'destroyed';

export type ExitReason = NonNullable<DomainInfo['lastExit']>['reason'];

/** What is known of one domain of a real host, configured or not, live or off. */
export class XenDomain {
  readonly id: string;
  definition: Definition | null;
  live: Live | null = null;
  lastExit: DomainInfo['lastExit'] = null;
  expected: Expected | null = null;
  /** What the host's log says of the end that is about to be noticed. */
  ending: { readonly reason: ExitReason; readonly detail: string } | null = null;
  readonly exclusive: Exclusive;
  readonly series = new Series();
  meter = new RateMeter();
  #lastName: string;

  constructor(
    id: string,
    name: string,
    definition: Definition | null,
    onChange: (domain: XenDomain) => void,
  ) {
    this.id = id;
    this.#lastName = name;
    this.definition = definition;
    this.exclusive = new Exclusive(
      () => this.name,
      () => onChange(this),
    );
  }

  get name(): string {
    this.#lastName = this.live?.row.name ?? this.definition?.config.name ?? this.#lastName;
    return this.#lastName;
  }

  /** What was measured of the run before does not count for this one. */
  newRun(): void {
    this.meter = new RateMeter();
  }

  /** As it runs, else as it would be started. */
  get config(): GuestConfig | null {
    return this.live?.config ?? this.definition?.config ?? null;
  }
}
