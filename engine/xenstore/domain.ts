import { Limits, QUOTA_NAMES, type QuotaName, Usage } from './quota.ts';

/** Feature bits the store offers (xenstore reference §1): error field, watch depth, permissions for any domain. */
export const SERVER_FEATURES = 14;

/** What the store knows of a domain, from the moment the hypervisor has it until it is gone. */
export interface DomainRecord {
  readonly domid: number;
  /** Permissions granted by nodes older than this are not meant for this domain but for an earlier one. */
  readonly bornGeneration: number;
  readonly usage: Usage;
  readonly limits: Limits;
  introduced: boolean;
  /** Shutdown was seen and announced; RESUME re-arms the announcement. */
  shutDown: boolean;
  features: number;
  targetDomid: number | undefined;
}

export class DomainDirectory {
  /** Limits of every domain without its own. */
  readonly limits = new Limits();
  readonly #records = new Map<number, DomainRecord>();
  /** The most any guest ever used, of all guests. */
  readonly most = new Usage();

  get(domid: number): DomainRecord | undefined {
    return this.#records.get(domid);
  }

  all(): Iterable<DomainRecord> {
    return this.#records.values();
  }

  add(domid: number, bornGeneration: number): DomainRecord {
    const record: DomainRecord = {
      domid,
      bornGeneration,
      usage: new Usage(),
      limits: new Limits(this.limits),
      introduced: false,
      shutDown: false,
      features: SERVER_FEATURES,
      targetDomid: undefined,
    };
    this.#records.set(domid, record);
    return record;
  }

  /** Adds to what a domain uses, and to the record of what any guest ever used. */
  charge(domain: DomainRecord, name: QuotaName, amount: number): void {
    if (amount === 0) return;
    domain.usage.add(name, amount);
    if (amount > 0) this.saw(domain, name, domain.usage.now(name));
  }

  /** A measure of a domain that is not a running total reached `value`. */
  saw(domain: DomainRecord, name: QuotaName, value: number): void {
    domain.usage.saw(name, value);
    if (domain.domid !== 0) this.most.saw(name, value);
  }

  /** True when the domain is a guest and `amount` is more than it may use. Domain 0 has no limits. */
  exceeded(domain: DomainRecord, name: QuotaName, amount: number): boolean {
    return domain.domid !== 0 && domain.limits.exceeded(name, amount);
  }

  /** The highest values seen are from now on the present ones. */
  resetMost(): void {
    this.most.resetMost();
    for (const domain of this.#records.values()) {
      domain.usage.resetMost();
      if (domain.domid === 0) continue;
      for (const name of QUOTA_NAMES) this.most.saw(name, domain.usage.now(name));
    }
  }

  remove(domid: number): void {
    this.#records.delete(domid);
    for (const other of this.#records.values()) {
      if (other.targetDomid === domid) other.targetDomid = undefined;
    }
  }
}
