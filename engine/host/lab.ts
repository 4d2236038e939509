import type { LabId, LabsInfo } from '../api/index.ts';
import type { Operation } from './operation.ts';

/** The Xen lab: real Xen hosts under QEMU on this computer. All failures are `DomusError`; one operation at a time per lab. */
export interface LabTools {
  /** Looks again whether the programs that are needed are there. */
  status(): Promise<LabsInfo>;
  build(op: Operation): Promise<void>;
  import(path: string, op: Operation): Promise<void>;
  export(path: string, op: Operation): Promise<void>;
  start(lab: LabId, op: Operation): Promise<void>;
  stop(lab: LabId, options: { force: boolean }, op: Operation): Promise<void>;
  reset(lab: LabId, op: Operation): Promise<void>;
  remove(lab: LabId, op: Operation): Promise<void>;
  forgetImage(op: Operation): Promise<void>;
  /** Powers off what runs, within some 10 s. */
  close(): Promise<void>;
}

/** How a lab can be reached, for whoever registers it as a host. */
export interface LabAddress {
  readonly lab: LabId;
  /** The host it was registered as before. */
  readonly host: string | null;
  /** Of its SSH server, on 127.0.0.1. */
  readonly port: number;
  readonly identityFile: string;
  readonly knownHostsFile: string;
}

/** Who makes a host of a lab. */
export interface LabRegistrar {
  /** Resolves with the host's id. */
  started(address: LabAddress): Promise<string>;
  stopped(host: string): Promise<void>;
  removed(host: string): Promise<void>;
}
