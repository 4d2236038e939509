import { randomUUID } from 'node:crypto';
import { DomusError, type SaveFileHeader } from '../../../api/index.ts';
import { abortReason, orAborted } from '../../../lib/abort.ts';
import { Deferred } from '../../../lib/deferred.ts';
import { damaged, openSave, type OpenSave, SaveError } from '../../../migration/index.ts';
import type { GuestConfig } from '../../../toolstack/guest-config.ts';
import { fromMachineError } from '../../../toolstack/machine-errors.ts';
import { wantedDomid } from '../../../toolstack/save/capture.ts';
import { parseSavedDomain, type SavedDomain } from '../../../toolstack/save/saved-domain.ts';
import { readLibxlJson } from '../../../toolstack/read-config.ts';
import type { IncomingMigration } from '../../migrate.ts';
import type { Operation } from '../../operation.ts';
import type { ManagedDomain } from '../managed-domain.ts';
import { checksum, headerOf } from '../saves/file.ts';
import { checkDisks } from '../saves/restore.ts';
import type { SaveParts } from '../saves/save.ts';
import { checkNameLength } from './names.ts';
import { PipeIn } from './pipe-in.ts';

const source = '<incoming migration stream>';

/** What a stream has wrong, in the contract's errors; the reader's sentences speak of files. */
function fromStreamError(error: unknown): unknown {
  if (!(error instanceof SaveError)) return fromMachineError(error);
  if (error.kind === 'header') return new DomusError('ERROR_FAIL', error.message);
  return new DomusError('ERROR_INVAL', error.message.replace(/^The file\b/, 'The stream'));
}

interface Arrived {
  readonly config: GuestConfig;
  readonly saved: SavedDomain;
  readonly file: OpenSave;
}

/** Receives a run: built paused as `NAME--incoming`, moved to the domain's own place when it is taken over. */
export class Incoming implements IncomingMigration {
  readonly stream = new PipeIn();
  readonly #parts: SaveParts;
  readonly #header = new Deferred<SaveFileHeader>();
  readonly #received = new Deferred<{ domain: string; domid: number; name: string }>();
  readonly #take = new Deferred<{ paused: boolean }>();
  readonly #taken = new Deferred<{ domain: string }>();
  readonly #over = new Deferred<void>();

  constructor(parts: SaveParts) {
    this.#parts = parts;
  }

  async run(op: Operation): Promise<void> {
    const stop = (): void => this.stream.close();
    op.signal.addEventListener('abort', stop, { once: true });
    try {
      await this.#run(op);
    } catch (caught) {
      const error = op.signal.aborted ? abortReason(op.signal) : fromStreamError(caught);
      for (const waiting of [this.#header, this.#received, this.#taken]) waiting.reject(error);
      throw error;
    } finally {
      op.signal.removeEventListener('abort', stop);
      this.#over.resolve();
    }
  }

  header(): Promise<SaveFileHeader> {
    return this.#header.promise;
  }

  received(): Promise<{ domain: string; domid: number; name: string }> {
    return this.#received.promise;
  }

  take(paused: boolean): Promise<{ domain: string }> {
    this.#take.resolve({ paused });
    return this.#taken.promise;
  }

  drop(): Promise<void> {
    this.stream.close();
    return this.#over.promise;
  }

  async #run(op: Operation): Promise<void> {
    const { domains } = this.#parts.host;
    op.progress('Waiting for the domain');
    const arrived = await this.#open();
    const { config, saved, file } = arrived;
    try {
      checkNameLength(config.name);
      await checkDisks(this.#parts.host, saved, op);
      const incoming = domains.adopt(randomUUID(), `${config.name}--incoming`);
      op.about(incoming.id);
      try {
        await incoming.exclusive.run('migrating', op.signal, (signal) =>
          this.#receive(incoming, arrived, op, signal),
        );
      } finally {
        domains.dropIfGone(incoming);
      }
    } finally {
      await file.close().catch(() => {});
    }
  }

  async #open(): Promise<Arrived> {
    const file = await openSave(this.stream.chunks(), checksum, {
      goesOn: true,
      onHeader: (header) => this.#header.resolve(headerOf(header)),
    });
    const saved = parseSavedDomain(file.domain);
    const { sharedDisks, readOnlyShares } = saved;
    return {
      file,
      saved,
      config: readLibxlJson(file.header.config, source, { sharedDisks, readOnlyShares }),
    };
  }

  async #receive(
    incoming: ManagedDomain,
    { config, saved, file }: Arrived,
    op: Operation,
    signal: AbortSignal,
  ): Promise<void> {
    const { lifecycle } = this.#parts;
    const uuid = config.uuid ?? saved.uuid;
    const domid = wantedDomid(file.header.config);
    const restore = { saved, parts: file.parts(), domid, incomingOf: uuid };
    const built = { ...config, name: incoming.name };
    await lifecycle.boot(incoming, built, { paused: true, detached: true, signal, steps: op, restore });
    try {
      if (this.stream.waiting) throw damaged('something follows its end');
      const { live } = incoming as { live: { domid: number } | null };
      this.#received.resolve({ domain: incoming.id, domid: live?.domid ?? 0, name: incoming.name });
      op.progress('Waiting for permission to start', 0.95);
      const { paused } = await orAborted(this.#take.promise, AbortSignal.any([signal, this.stream.gone]));
      await this.#takeOver(incoming, uuid, config.name, paused, op);
    } catch (error) {
      await lifecycle.tearDown(incoming);
      throw error;
    }
  }

  async #takeOver(
    incoming: ManagedDomain,
    uuid: string,
    name: string,
    paused: boolean,
    op: Operation,
  ): Promise<void> {
    const { host, lifecycle } = this.#parts;
    const { live } = incoming;
    const domain = host.domains.find(uuid) ?? host.domains.adopt(uuid, name);
    try {
      await domain.exclusive.run('migrating', null, async () => {
        if (domain.live)
          throw new DomusError('ERROR_DEVICE_EXISTS', `Domain with name "${domain.name}" already exists.`);
        domain.guard.reset();
        await lifecycle.move(incoming, domain, name);
        if (!paused) await live?.unpause();
      });
    } catch (error) {
      if (domain.live === live) await lifecycle.tearDown(domain);
      throw error;
    } finally {
      host.domains.dropIfGone(domain);
    }
    op.about(domain.id);
    op.log(`${name} goes on here.`);
    lifecycle.publish(domain);
    this.#taken.resolve({ domain: domain.id });
  }
}
