import type { AfterSave, EndRules, SaveFileHeader, SaveInfo } from '../api/index.ts';
import type { Operation } from './operation.ts';

export interface ConfigOverride {
  readonly text: string;
  /** What messages call the text. */
  readonly source: string;
}

export interface SaveRequest {
  /** As dom0 names it. */
  readonly path: string;
  readonly after: AfterSave;
  /** The file asks for the same domid at its restore. */
  readonly keepDomid: boolean;
  readonly config?: ConfigOverride | undefined;
}

/** Saving domains to files: one method per call of `saveContract`. All failures are `DomusError`. */
export interface SaveTools {
  list(): Promise<{ directory: string; saves: SaveInfo[] }>;
  inspect(path: string): Promise<{ header: SaveFileHeader | null; save: SaveInfo }>;
  /** Legal when running, blocked, paused or suspended. On any failure the guest goes on as before, and there is no file. */
  save(
    domain: string,
    request: SaveRequest,
    op: Operation,
  ): Promise<{ bytes: number; header: SaveFileHeader }>;
  /** Legal when no live domain has the name; needs the memory and the disks as a start does. */
  restore(
    request: { path: string; paused: boolean; config?: ConfigOverride | undefined },
    op: Operation,
  ): Promise<{ domain: string; domid: number }>;
  remove(path: string, op: Operation): Promise<void>;
  /** Legal when running or blocked. */
  suspend(domain: string, op: Operation): Promise<void>;
  /** Legal when suspended. */
  resume(domain: string, op: Operation): Promise<void>;
  /** What becomes of running domains when the host stops and starts; a host whose end is not Domus's to rule has none. */
  readonly ends?: EndRuleTools;
}

export interface EndRuleTools {
  rules(): Promise<EndRules>;
  setRules(rules: EndRules): Promise<void>;
}
