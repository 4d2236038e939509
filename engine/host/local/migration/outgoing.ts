import { randomUUID } from 'node:crypto';
import { DomusError, type SaveFileHeader } from '../../../api/index.ts';
import { orAborted } from '../../../lib/abort.ts';
import { Deferred } from '../../../lib/deferred.ts';
import type { LiveDomain } from '../../../toolstack/live-domain.ts';
import { suspendGuest } from '../../../toolstack/save/suspend.ts';
import type { OutgoingMigration, SendRequest } from '../../migrate.ts';
import type { Operation } from '../../operation.ts';
import { runningGuest } from '../dom0/target.ts';
import type { ManagedDomain } from '../managed-domain.ts';
import { savedConfig, type SavedRun, savedStream, type SaveParts } from '../saves/save.ts';
import { checkNameLength } from './names.ts';
import { PipeOut } from './pipe-out.ts';

type Verdict = 'gone' | 'stays' | 'unknown';

/**
 * Sends a run: suspend, copy, hand over. Two phases, told apart by the hand-over: before it the domain keeps its place and every
 * failure resumes it; after it the run stands aside as `NAME--migratedaway` and only the target's word decides.
 */
export class Outgoing implements OutgoingMigration {
  readonly stream = new PipeOut();
  readonly header: SaveFileHeader;
  readonly #parts: SaveParts;
  readonly #domain: ManagedDomain;
  readonly #live: LiveDomain;
  readonly #name: string;
  readonly #json: string;
  readonly #giveUp = new AbortController();
  readonly #sent = new Deferred<void>();
  readonly #handOver = new Deferred<void>();
  readonly #away = new Deferred<void>();
  readonly #verdict = new Deferred<Verdict>();
  readonly #over = new Deferred<void>();
  #wasSuspended = false;
  #takeBack = (): void => {};

  /** Errors: those of `runningGuest`; ERROR_NI when the machine cannot be saved; ERROR_INVAL for a bad override. */
  constructor(parts: SaveParts, id: string, request: SendRequest) {
    const { domain, live } = runningGuest(parts.host, id);
    if (!live.machine.save)
      throw new DomusError('ERROR_NI', `The machine of ${domain.name} cannot be migrated.`);
    checkNameLength(domain.name);
    const { json, header } = savedConfig({ ...parts, domain, live }, request);
    this.#parts = parts;
    this.#domain = domain;
    this.#live = live;
    this.#name = domain.name;
    this.#json = json;
    this.header = header;
  }

  async run(op: Operation): Promise<void> {
    const domain = this.#domain;
    try {
      const aside = await domain.exclusive.run('migrating', op.signal, (signal) =>
        this.#send(op, AbortSignal.any([signal, this.stream.gone, this.#giveUp.signal])),
      );
      this.#away.resolve();
      await aside.exclusive.run('migrating', null, (signal) => this.#settle(aside, op, signal));
    } catch (error) {
      for (const waiting of [this.#sent, this.#away]) waiting.reject(error);
      this.stream.end(error instanceof Error ? error.message : String(error));
      throw error;
    } finally {
      this.#takeBack();
      this.#over.resolve();
      this.#parts.host.domains.dropIfGone(domain);
    }
  }

  sent(): Promise<void> {
    return this.#sent.promise;
  }

  handOver(): Promise<void> {
    this.#handOver.resolve();
    return this.#away.promise;
  }

  async end(gone: boolean): Promise<void> {
    this.#giveUp.abort(
      new DomusError('ERROR_ABORTED', 'The target did not take the domain; it goes on here.'),
    );
    this.#verdict.resolve(gone ? 'gone' : 'stays');
    await this.#over.promise;
  }

  /** The first phase; resolves with the domain that the stopped run is now. */
  async #send(op: Operation, signal: AbortSignal): Promise<ManagedDomain> {
    const { host, lifecycle } = this.#parts;
    const live = this.#live;
    this.#checkStillThere();
    signal.throwIfAborted();
    this.#wasSuspended = live.suspended;
    op.progress('Stopping the guest', 0.02);
    if (!this.#wasSuspended && !(await suspendGuest(live, host.toolstack.clock, signal)))
      op.log('The guest did not write its disks out in time; it was stopped as it was.');
    this.#takeBack = host.toolstack.sharing.lend(live.stored.uuid);
    try {
      await this.#copy(op, signal);
      this.#sent.resolve();
      this.stream.end();
      op.progress('Waiting for the target', 0.95);
      await orAborted(this.#handOver.promise, signal);
      const name = `${this.#name}--migratedaway`;
      const aside = host.domains.adopt(randomUUID(), name);
      // Nobody may look for the domain's own viewers at the copy that stands still.
      await lifecycle
        .move(this.#domain, aside, name, { door: false })
        .finally(() => host.domains.dropIfGone(aside));
      return aside;
    } catch (error) {
      op.log('The migration failed: the domain goes on here.');
      await this.#resume();
      throw error;
    }
  }

  async #copy(op: Operation, signal: AbortSignal): Promise<void> {
    const run: SavedRun = { ...this.#parts, domain: this.#domain, live: this.#live };
    const expected = this.#live.spec.memoryKiB * 1024;
    let bytes = 0;
    for await (const chunk of await savedStream(run, this.#json)) {
      await this.stream.send(chunk, signal);
      bytes += chunk.length;
      op.progress('Sending memory', 0.1 + 0.85 * Math.min(1, bytes / expected));
    }
    op.log(`Sent ${bytes} bytes.`);
  }

  /** The second phase: nothing of this side may change the outcome any more. */
  async #settle(aside: ManagedDomain, op: Operation, forcedOff: AbortSignal): Promise<void> {
    op.progress('The target starts it', 0.97);
    const unknown = (): void => this.#verdict.resolve('unknown');
    for (const signal of [this.stream.gone, forcedOff]) {
      if (signal.aborted) unknown();
      signal.addEventListener('abort', unknown, { once: true });
    }
    const verdict = await this.#verdict.promise;
    if (verdict === 'gone') return this.#leave(aside, op);
    if (verdict === 'stays') return this.#comeBack(aside, op);
    throw new DomusError(
      'ERROR_FAIL',
      `It is not known whether ${this.#name} runs at the target. It stands still here as ${aside.name}.`,
      { fix: 'Look at both ends. Resume it here only when it does not run there; else force it off here.' },
    );
  }

  async #leave(aside: ManagedDomain, op: Operation): Promise<void> {
    const { host, lifecycle } = this.#parts;
    const domain = this.#domain;
    const { domid } = this.#live;
    await lifecycle.tearDown(aside);
    host.domains.dropIfGone(aside);
    lifecycle.logs.write(domain, `Domain ${domid} was migrated to another host`);
    op.log('It runs at the target.');
    // Within one host the copy is in its place already.
    if (domain.live) return;
    const at = host.toolstack.clock.wallMs();
    domain.lastExit = { at, reason: 'migrated', detail: 'It goes on at another host.' };
    lifecycle.publish(domain);
  }

  async #comeBack(aside: ManagedDomain, op: Operation): Promise<void> {
    const { host, lifecycle } = this.#parts;
    const domain = this.#domain;
    await domain.exclusive.run('migrating', null, async () => {
      if (domain.live)
        throw new DomusError('ERROR_DEVICE_EXISTS', `${domain.name} was started meanwhile.`, {
          fix: `Force off one of the two; ${aside.name} is the one that was to go.`,
        });
      await lifecycle.move(aside, domain, this.#name);
      await this.#resume();
    });
    host.domains.dropIfGone(aside);
    op.log('The target did not start it: the domain goes on here.');
    throw new DomusError('ERROR_FAIL', `The target did not start ${this.#name}; it goes on here.`);
  }

  async #resume(): Promise<void> {
    this.#takeBack();
    if (!this.#wasSuspended) await this.#live.resume();
  }

  #checkStillThere(): void {
    if (this.#domain.live === this.#live && this.#live.alive) return;
    throw new DomusError('ERROR_INVAL', `${this.#name} has ended: there is nothing to migrate.`);
  }
}
