/** Quotas by name, with the descriptions and default hard limits of the real daemon (xenstore reference §1). */
export const QUOTAS = {
  nodes: { hard: 1000, about: 'Nodes per domain' },
  watches: { hard: 128, about: 'Watches per domain' },
  outstanding: { hard: 20, about: 'Outstanding requests per domain' },
  memory: { hard: 2_621_440, soft: 2_097_152, about: 'Total Xenstore memory per domain' },
  transactions: { hard: 10, about: 'Active transactions per domain' },
  'transaction-nodes': { hard: 1024, about: 'Max. number of accessed nodes per transaction' },
  'node-permissions': { hard: 5, about: 'Max. number of permissions per node' },
  'path-max': { hard: 2048, about: 'Max. length of a node path' },
  'node-size': { hard: 2048, about: 'Max. size of a node' },
} as const satisfies Record<string, { hard: number; soft?: number; about: string }>;

export type QuotaName = keyof typeof QUOTAS;

export const QUOTA_NAMES = Object.keys(QUOTAS) as readonly QuotaName[];

const SOFT = 'soft-';

/** `nodes` → hard limit of nodes, `soft-memory` → soft limit of memory; undefined when there is no such limit. */
export function parseQuotaName(text: string): { name: QuotaName; soft: boolean } | undefined {
  const soft = text.startsWith(SOFT);
  const name = soft ? text.slice(SOFT.length) : text;
  if (!Object.hasOwn(QUOTAS, name)) return undefined;
  if (soft && !('soft' in QUOTAS[name as QuotaName])) return undefined;
  return { name: name as QuotaName, soft };
}

/** Every limit there is, as GET_QUOTA without arguments lists them. */
export function limitNames(): string[] {
  return QUOTA_NAMES.flatMap((name) => ('soft' in QUOTAS[name] ? [name, SOFT + name] : [name]));
}

/** Limits, for all domains or for one. A limit of 0 means none. */
export class Limits {
  readonly #hard = new Map<QuotaName, number>();
  readonly #soft = new Map<QuotaName, number>();
  readonly #fallback: Limits | undefined;

  /** With a `fallback` only what is set here differs from it. */
  constructor(fallback?: Limits) {
    this.#fallback = fallback;
  }

  hard(name: QuotaName): number {
    return this.#hard.get(name) ?? this.#fallback?.hard(name) ?? QUOTAS[name].hard;
  }

  soft(name: QuotaName): number {
    const quota: { readonly soft?: number; readonly hard: number } = QUOTAS[name];
    return this.#soft.get(name) ?? this.#fallback?.soft(name) ?? quota.soft ?? 0;
  }

  set(name: QuotaName, soft: boolean, limit: number): void {
    (soft ? this.#soft : this.#hard).set(name, limit);
  }

  /** True when `amount` is more than allowed. */
  exceeded(name: QuotaName, amount: number): boolean {
    const limit = this.hard(name);
    return limit !== 0 && amount > limit;
  }
}

function zeros(): Record<QuotaName, number> {
  return Object.fromEntries(QUOTA_NAMES.map((name) => [name, 0])) as Record<QuotaName, number>;
}

/** What a domain uses now, and the most it ever used. */
export class Usage {
  readonly #now = zeros();
  #most = zeros();

  now(name: QuotaName): number {
    return this.#now[name];
  }

  most(name: QuotaName): number {
    return this.#most[name];
  }

  add(name: QuotaName, amount: number): void {
    const value = Math.max(0, this.#now[name] + amount);
    this.#now[name] = value;
    this.saw(name, value);
  }

  /** A measure that is not a running total (node-size, path-max …) reached `value`. */
  saw(name: QuotaName, value: number): void {
    if (value > this.#most[name]) this.#most[name] = value;
  }

  /** The highest values are from now on the present ones. */
  resetMost(): void {
    this.#most = { ...this.#now };
  }
}
