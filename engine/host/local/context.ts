import type { ConsoleRing, Topology } from '../../hypervisor/index.ts';
import type { HostSink } from '../host.ts';
import type { Toolstack } from '../../toolstack/create.ts';
import type { Definition, Definitions } from './definitions.ts';
import type { DomainRegistry } from './domain-registry.ts';
import type { SettingsFile } from './settings.ts';
import type { StateDir } from './state-dir.ts';
import type { Warnings } from '../warnings.ts';

/** Lines about the host as a whole; lines about one domain go to its own log too. */
export type HostLog = (level: 'info' | 'warn' | 'error', text: string) => void;

/** Waiting times of the life cycle, in ms. */
export interface Timing {
  /** How long `shutdown` and `reboot` wait for the guest (contract: 60 s). */
  readonly shutdownMs: number;
  /** A guest that was still booting did not hear the button: it is pressed again after this time. */
  readonly pressAgainMs: number;
  /**
   * Between the end of a guest and its restart. xl waits 2 s so that a restart loop does not eat the host; here loops are
   * bounded by count, so that a person need not wait.
   */
  readonly restartMs: number;
}

export const defaultTiming: Timing = { shutdownMs: 60_000, pressAgainMs: 10_000, restartMs: 300 };

/** What the parts of the embedded host share. */
export interface HostContext {
  readonly id: string;
  /** Physical CPUs that domains share. */
  readonly pcpus: number;
  readonly stateDir: StateDir;
  readonly settings: SettingsFile;
  readonly definitions: Definitions;
  readonly domains: DomainRegistry;
  readonly toolstack: Toolstack;
  readonly topology: Topology;
  /** What `xl dmesg` reads. */
  readonly ring: ConsoleRing;
  /** Epoch ms since when this host is up. */
  readonly startedAt: number;
  readonly warnings: Warnings;
  readonly sink: HostSink;
  readonly timing: Timing;
  readonly log: HostLog;
  /** Replaces the text of a configured domain's file and takes it over. */
  replaceDefinition(definition: Definition, text: string): Promise<void>;
  /** Takes over what has changed in /etc/xen. */
  rescan(): Promise<void>;
  /** Domains came, went or changed size: tells the sink the host's figures and divides the CPUs anew. */
  hostChanged(): void;
}
