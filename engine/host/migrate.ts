import type { SaveFileHeader } from '../api/index.ts';
import type { ByteStream, Operation } from './operation.ts';
import type { ConfigOverride } from './save.ts';

export interface SendRequest {
  /** The copy asks for the same domid. */
  readonly keepDomid: boolean;
  readonly config?: ConfigOverride | undefined;
}

/**
 * A domain on its way out. `run` is the whole of it, as a task; the other calls are the steps of whoever carries the bytes.
 * Until `handOver`, whatever fails, is cancelled or goes away lets the guest go on here.
 */
export interface OutgoingMigration {
  readonly header: SaveFileHeader;
  /** The domain, as a save file has it; its event `ended` without a detail comes after the last byte, one with a detail says what failed. */
  readonly stream: ByteStream;
  run(op: Operation): Promise<void>;
  /** Resolves when the last byte has been given to the stream; rejects when it never will be. */
  sent(): Promise<void>;
  /** The target has everything: the domain is called `NAME--migratedaway` from now on and stays stopped until `end`. */
  handOver(): Promise<void>;
  /** Gone: it runs elsewhere, this copy is destroyed. Else it goes on here, under its name. */
  end(gone: boolean): Promise<void>;
}

/** A domain on its way in: `NAME--incoming`, paused, until it is taken over. If the stream is closed before, nothing stays. */
export interface IncomingMigration {
  /** Takes bytes within the credit it gives; more breaks it. */
  readonly stream: ByteStream;
  run(op: Operation): Promise<void>;
  /** ERROR_FAIL with xl's sentences for what is no stream of xl. */
  header(): Promise<SaveFileHeader>;
  /** Resolves when all of it is here. */
  received(): Promise<{ domain: string; domid: number; name: string }>;
  /** It gets its name and goes on, unless `paused`. On any failure nothing of it stays. */
  take(paused: boolean): Promise<{ domain: string }>;
  /** Resolves when it has ended and nothing of a domain that was not taken over is left. */
  drop(): Promise<void>;
}

/** Migration to and from other hosts, by stop and copy. All failures are `DomusError`. */
export interface MigrationTools {
  /** Legal when running, blocked, paused or suspended. Nothing happens before `run`. */
  send(domain: string, request: SendRequest): OutgoingMigration;
  receive(): IncomingMigration;
}
