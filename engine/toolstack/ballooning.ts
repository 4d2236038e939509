import type { Machine, MachineCounters } from '../guest/machine.ts';
import type { MemoryLedger } from '../hypervisor/index.ts';

/**
 * Keeps one domain's balloon, its entry in the ledger and its target together. Memory is granted before the guest is told
 * to grow, and taken back only when the guest has given it up: what two guests have never is more than what there is.
 */
export class Ballooning {
  readonly #domid: number;
  readonly #machine: Machine;
  readonly #ledger: MemoryLedger;
  /** What the guest was last told to have; it has been granted that much. */
  #askedKiB: number;

  constructor(domid: number, machine: Machine, ledger: MemoryLedger) {
    this.#domid = domid;
    this.#machine = machine;
    this.#ledger = ledger;
    this.#askedKiB = ledger.domain(domid)?.targetKiB ?? 0;
  }

  get possible(): boolean {
    return this.#machine.setMemoryTarget !== undefined;
  }

  /** The ledger's target has changed: tells the guest, as far as there is memory. Never rejects. */
  async follow(): Promise<void> {
    const targetKiB = this.#ledger.domain(this.#domid)?.targetKiB ?? this.#askedKiB;
    const grantedKiB = targetKiB > this.#askedKiB ? this.#grant(targetKiB) : targetKiB;
    if (grantedKiB === this.#askedKiB) return;
    this.#askedKiB = grantedKiB;
    await this.#machine.setMemoryTarget?.(grantedKiB).catch(() => {});
  }

  /** What the machine has said: the ledger follows, and a target that did not fit is tried again. */
  heard(counters: MachineCounters): void {
    const account = this.#ledger.domain(this.#domid);
    if (!account || !this.possible) return;
    const heldKiB = Math.max(this.#askedKiB, Math.min(counters.memoryKiB, account.currentKiB));
    if (heldKiB < account.currentKiB) this.#ledger.resize(this.#domid, heldKiB);
    if (account.targetKiB > this.#askedKiB) void this.follow();
  }

  #grant(targetKiB: number): number {
    const resized = this.#ledger.resize(this.#domid, targetKiB);
    return resized.ok ? Math.min(targetKiB, resized.value) : this.#askedKiB;
  }
}
