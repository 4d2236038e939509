import type {
  DirectoryListing,
  DomainDraft,
  DomainInfo,
  DomainVolume,
  History,
  HistoryRange,
  HostInfo,
  HostSamples,
  PromptAnswer,
  MediumInfo,
  ReadyImage,
} from '../api/index.ts';
import type { DisplayTools } from './display.ts';
import type { Dom0Tools } from './dom0.ts';
import type { HardwareTools } from './hardware.ts';
import type { InventoryTools } from './inventory.ts';
import type { ByteStream, Operation } from './operation.ts';
import type { MigrationTools } from './migrate.ts';
import type { SaveTools } from './save.ts';

export type { ByteStream, Operation } from './operation.ts';

/** What is left of a definition that was deleted. */
export interface Removed {
  /** Its text, for putting it back. */
  readonly text: string;
  /** What of its storage could not be deleted though it was asked for, and why. */
  readonly problem?: string;
}

/**
 * Host: the one interface that the service, and through it UI and command line, see, whichever world is behind it (the
 * embedded Xen host, a real dom0 over SSH, a libvirt daemon). All failures are `DomusError`.
 */
export interface Host {
  readonly id: string;
  /** Present state; changes are pushed to the `HostSink` given at construction. */
  info(): HostInfo;
  domains(): readonly DomainInfo[];

  configure(settings: { memoryMiB: number }, op: Operation): Promise<void>;
  images(): Promise<readonly ReadyImage[]>;

  /** The xl.cfg text that `create` would write. Pure: changes nothing. */
  preview(draft: DomainDraft): Promise<string>;
  create(draft: DomainDraft, options: CreateOptions, op: Operation): Promise<{ domain: string }>;
  define(text: string, op: Operation): Promise<{ domain: string }>;
  configText(domain: string): Promise<{ path: string; text: string }>;
  /** Legal when off. */
  start(domain: string, options: { paused: boolean }, op: Operation): Promise<void>;
  /** Legal when running or blocked. */
  pause(domain: string, op: Operation): Promise<void>;
  /** Legal when paused. */
  unpause(domain: string, op: Operation): Promise<void>;
  /** Legal when running or blocked; ends when the guest is off, or fails with ERROR_GUEST_TIMEDOUT after 60 s. */
  shutdown(domain: string, op: Operation): Promise<void>;
  reboot(domain: string, op: Operation): Promise<void>;
  /** Legal in every state but off. */
  destroy(domain: string, op: Operation): Promise<void>;
  /** The files behind a domain's disks. Absent: this host does not delete storage. */
  volumes?(domain: string): Promise<readonly DomainVolume[]>;
  /** Legal when off. `volumes` go with it: ERROR_INVAL, and nothing is deleted, when one of them must stay. */
  remove(domain: string, op: Operation, volumes?: readonly string[]): Promise<Removed>;

  history(domain: string | null, range: HistoryRange): Promise<History>;
  /** Legal when the domain has such a port; the stream lives on over reboots until the reader or the domain's definition goes. */
  openSerial(domain: string, port: number): Promise<ByteStream>;
  /** The same for PV consoles, by the number `xl console -t pv -n` has. Absent: the host has only serial ports. */
  openPvConsole?(domain: string, number: number): Promise<ByteStream>;

  /** What a file of Domain-0 holds. ERROR_NOTFOUND, ERROR_INVAL, ERROR_FAIL. Absent: this host does not look. */
  inspect?(path: string, signal?: AbortSignal): Promise<MediumInfo>;
  /** Folders of Domain-0, its home without a path. Absent: Domain-0's files are this computer's. */
  browse?(path: string | undefined): Promise<DirectoryListing>;

  /** What the host wants done now that it is up, in this order: its domains that start by themselves. */
  startup?(): Promise<readonly StartupStep[]>;
  /** What is to be done before the host is closed for good: its running domains saved, or shut down. */
  beforeStop?(): Promise<HostStop>;
  /** What dom0's own tools can do here; a host without them cannot be looked into that far. */
  readonly dom0?: Dom0Tools;
  /** Absent: its domains' devices cannot be looked at or changed. */
  readonly hardware?: HardwareTools;
  /** Absent: its networks and its storage are not listed. */
  readonly inventory?: InventoryTools;
  /** Absent: it has no graphical consoles. */
  readonly display?: DisplayTools;
  /** Absent: its domains cannot be saved to files. */
  readonly saves?: SaveTools;
  /** Absent: domains do not migrate from or to it through Domus. */
  readonly migrations?: MigrationTools;

  /** How it is reached; absent: it is part of the engine and always there. */
  readonly link?: HostLink;

  /** Ends everything orderly: guests are destroyed (see `beforeStop`), files flushed. A remote host is only let go. */
  close(): Promise<void>;
}

/** The connection to a host that is somewhere else; its state is in `HostInfo.connection`. */
export interface HostLink {
  /** Begins, or tries again at once. Does not wait. */
  connect(): void;
  /** Ends the connection and does not try again. */
  disconnect(): Promise<void>;
  /** ERROR_NOTFOUND when this is not asked (any more). */
  answer(prompt: string, answer: PromptAnswer): Promise<void>;
  traffic(): { sentBytes: number; receivedBytes: number; roundTripMs: number | null };
}

export interface CreateOptions {
  readonly start: boolean;
  readonly paused: boolean;
}

/** One thing to be done when the engine starts; it runs as a task. */
export interface StartupStep {
  readonly title: string;
  readonly domain: string | null;
  readonly command: string;
  readonly run: (op: Operation) => Promise<void>;
}

/** The steps before an end, and how long all of them together may take. */
export interface HostStop {
  readonly steps: readonly StartupStep[];
  readonly maxWaitMs: number;
}

/** Where a host says what has changed. Calls are cheap and synchronous; the same value twice is no change. */
export interface HostSink {
  host(info: HostInfo): void;
  hostRemoved(id: string): void;
  domain(info: DomainInfo): void;
  domainRemoved(host: string, domain: string): void;
  samples(samples: HostSamples): void;
}
