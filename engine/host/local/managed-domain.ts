import type { DomainInfo, Sample } from '../../api/index.ts';
import { RateMeter } from '../../stats/rates.ts';
import { Series } from '../../stats/series.ts';
import { RestartGuard } from '../../toolstack/event-actions.ts';
import { Exclusive } from '../../toolstack/exclusive.ts';
import type { PvConsole } from '../../toolstack/channels/index.ts';
import type { GuestConfig } from '../../toolstack/guest-config.ts';
import type { LiveDomain } from '../../toolstack/live-domain.ts';
import type { Definition } from './definitions.ts';
import type { DomainConsoles } from './domain-consoles.ts';
import { DomainDisplay } from './domain-display.ts';
import { DomainSound } from './domain-sound.ts';

/** How a run's machine is joined to its domain's consoles and screen. */
export interface JoinedRun {
  /** `door`: VNC viewers from outside are let in as well, if the configuration says so. */
  attach(domain: ManagedDomain, config: GuestConfig, options: { door: boolean }): Promise<void>;
  /** Idempotent. */
  detach(): void;
  /** The console of a channel, wherever the run is joined to. */
  pvConsole(number: number): PvConsole;
}

/** What is known about one domain over all its runs, configured or not, live or off. */
export class ManagedDomain {
  /** Identity in the contract: the definition's, or a fresh UUID for a dead domain that was put aside. */
  readonly id: string;
  /** null: transient. It disappears when it is off. */
  definition: Definition | null;
  live: LiveDomain | null = null;
  /** Of this run. */
  joined: JoinedRun | null = null;
  /** Stops hearing what becomes of this run. */
  unfollow: () => void = () => {};
  /** What its file said when this run began. */
  fileAtStart: GuestConfig | null = null;
  lastExit: DomainInfo['lastExit'] = null;
  /** The newest of its known saves that can be restored. */
  newestSave: NonNullable<DomainInfo['newestSave']> | null = null;
  /** The power button was pressed for a reboot: the poweroff that follows counts as one. */
  rebootWanted = false;
  /** The run whose end has been dealt with. */
  settled: LiveDomain | null = null;
  readonly guard = new RestartGuard();
  readonly exclusive: Exclusive;
  readonly consoles: DomainConsoles;
  readonly display = new DomainDisplay();
  readonly sound = new DomainSound();
  readonly series = new Series();
  /** Turns this run's counters into rates. */
  meter = new RateMeter();
  sample: Sample | null = null;
  #givenName: string | null;

  constructor(options: {
    id: string;
    definition: Definition | null;
    consoles: DomainConsoles;
    onChange: (domain: ManagedDomain) => void;
    /** For one without a file: its name. */
    givenName?: string;
  }) {
    this.id = options.id;
    this.definition = options.definition;
    this.consoles = options.consoles;
    this.#givenName = options.givenName ?? null;
    this.exclusive = new Exclusive(
      () => this.name,
      () => options.onChange(this),
    );
  }

  get name(): string {
    return this.#givenName ?? this.live?.config.name ?? this.definition?.config.name ?? this.id;
  }

  /** For a domain without a file, whose name is only known here. */
  rename(name: string): void {
    if (this.#givenName !== null) this.#givenName = name;
  }

  /** A run begins: what was measured of the one before does not count. */
  newRun(): void {
    this.meter = new RateMeter();
    this.sample = null;
  }

  /** May the guest be running just now? */
  get active(): boolean {
    return this.live !== null && this.live.alive;
  }
}
