import { randomBytes } from 'node:crypto';
import { dom0Uuid, DomusError, type SchedulerName, type SchedulerView } from '../../../api/index.ts';
import type { XenContext } from '../host-context.ts';
import {
  parsePoolCpus,
  parsePoolIds,
  parsePools,
  parseSchedule,
  parseVcpuList,
  type PoolSchedule,
  type VcpuRow,
} from '../parse/scheduler.ts';

/** Pools and their parameters are read again after this long, in ms, or when they were changed here. */
const poolsAgeMs = 5000;

interface Pools {
  readonly pools: SchedulerView['pools'];
  readonly schedules: ReadonlyMap<string, PoolSchedule>;
}

interface Vcpus {
  readonly atNs: number;
  readonly rows: readonly VcpuRow[];
}

const script =
  'm=$1; xl vcpu-list; echo "$m"; if [ "$2" = pools ]; then xl cpupool-list; echo "$m"; xl cpupool-list -c; echo "$m"; ' +
  'xl sched-credit2 2>/dev/null; echo "$m"; xl sched-credit 2>/dev/null; echo "$m"; xenstore-ls /local/pool 2>/dev/null; fi; :';

/** The scheduler of a real host, as far as xl tells. */
export class SchedulerLook {
  readonly #host: XenContext;
  #pools: Pools = { pools: [], schedules: new Map() };
  #poolsAtNs = -Infinity;
  #before: Vcpus | null = null;
  #now: Vcpus | null = null;

  constructor(host: XenContext) {
    this.#host = host;
  }

  /** Something about pools or parameters was changed. */
  changed(): void {
    this.#poolsAtNs = -Infinity;
  }

  async view(): Promise<SchedulerView> {
    await this.#read();
    const rows = this.#now?.rows ?? [];
    const pcpus = this.#host.facts()?.physical.nrCpus ?? 0;
    return {
      host: this.#host.id,
      at: this.#host.clock.wallMs(),
      pcpus: Array.from({ length: pcpus }, (_, id) => ({
        id,
        pool: this.#pools.pools.find(({ cpus }) => cpus.includes(id))?.name ?? null,
        busyPercent: Math.min(100, this.#busy(id)),
      })),
      pools: this.#pools.pools,
      domains: this.#domains(rows),
    };
  }

  /** By id when all digits, else by name. ERROR_NOTFOUND. */
  async pool(name: string): Promise<SchedulerView['pools'][number]> {
    const { pools } = await this.view();
    const found = pools.find((pool) => (/^\d+$/.test(name) ? pool.id === Number(name) : pool.name === name));
    if (found) return found;
    throw new DomusError('ERROR_NOTFOUND', `unknown cpupool '${name}'`, { field: 'pool' });
  }

  /** Which scheduler a domain is under. ERROR_NI for one that is neither credit nor credit2. */
  async schedulerOf(domid: number): Promise<SchedulerName> {
    await this.#read();
    const pool = this.#pools.pools.find(({ name }) => this.#pools.schedules.get(name)?.domains.has(domid));
    if (pool) return pool.scheduler;
    throw new DomusError('ERROR_NI', 'The domain is under a scheduler without weights and caps.', {
      fix: 'Move it to a pool with the scheduler credit or credit2.',
    });
  }

  async #read(): Promise<void> {
    const startNs = this.#host.clock.monotonicNs();
    const old = startNs - this.#poolsAtNs > poolsAgeMs * 1e6;
    const mark = `@${randomBytes(9).toString('hex')}`;
    const { stdout } = await this.#host.xl.script('xl vcpu-list', script, [mark, old ? 'pools' : '']);
    const [vcpus = '', ...rest] = stdout.split(`${mark}\n`);
    const pcpus = this.#host.facts()?.physical.nrCpus ?? 0;
    if (this.#now && startNs - this.#now.atNs > 500e6) this.#before = this.#now;
    this.#now = { atNs: startNs, rows: parseVcpuList(vcpus, pcpus) };
    if (!old) return;
    this.#pools = readPools(rest);
    this.#poolsAtNs = startNs;
  }

  /** What vCPUs that are on this CPU have used of it since the look before, in percent. */
  #busy(pcpu: number): number {
    if (!this.#before || !this.#now) return 0;
    const passed = (this.#now.atNs - this.#before.atNs) / 1e9;
    const earlier = new Map(this.#before.rows.map((row) => [`${row.domid}.${row.vcpu}`, row.seconds]));
    let used = 0;
    for (const row of this.#now.rows) {
      if (row.pcpu !== pcpu) continue;
      used += Math.max(0, row.seconds - (earlier.get(`${row.domid}.${row.vcpu}`) ?? row.seconds));
    }
    return Math.round((used / passed) * 1000) / 10;
  }

  #domains(rows: readonly VcpuRow[]): SchedulerView['domains'] {
    const names = new Map(
      this.#host.domains.all.flatMap(({ id, name, live }) =>
        live ? [[live.domid, { id, name }] as const] : [],
      ),
    );
    names.set(0, { id: dom0Uuid, name: 'Domain-0' });
    const byDomid = new Map<number, VcpuRow[]>();
    for (const row of rows) byDomid.set(row.domid, [...(byDomid.get(row.domid) ?? []), row]);
    return [...byDomid].slice(0, 4096).flatMap(([domid, own]) => {
      const named = names.get(domid);
      if (!named) return [];
      const pool = this.#pools.pools.find(({ name }) => this.#pools.schedules.get(name)?.domains.has(domid));
      const { weight, cap } = this.#pools.schedules.get(pool?.name ?? '')?.domains.get(domid) ?? {
        weight: 256,
        cap: 0,
      };
      const online = Math.max(1, own.filter(({ letters }) => letters !== '--p').length);
      const sharePercent = cap === 0 ? 100 : Math.min(100, cap / online);
      return [
        {
          domid,
          id: named.id,
          name: named.name.slice(0, 256),
          pool: pool?.name ?? 'Pool-0',
          weight,
          cap,
          vcpus: own.slice(0, 128).map((row) => vcpu(row, sharePercent)),
        },
      ];
    });
  }
}

function vcpu(
  { vcpu: id, pcpu, letters, seconds, hard, soft }: VcpuRow,
  sharePercent: number,
): SchedulerView['domains'][number]['vcpus'][number] {
  return {
    vcpu: id,
    pcpu,
    online: pcpu !== null,
    running: letters[0] === 'r',
    blocked: letters[1] === 'b',
    cpuTimeNs: Math.round(seconds * 1e9),
    hard: [...hard],
    soft: [...soft],
    credit: null,
    sharePercent,
  };
}

/** A pool with another scheduler is left out: the contract has no words for it. */
function readPools([list = '', cpus = '', credit2 = '', credit = '', ids = '']: readonly string[]): Pools {
  const cpusOf = parsePoolCpus(cpus);
  const idOf = parsePoolIds(ids);
  const found = { credit2: parseSchedule(credit2), credit: parseSchedule(credit) };
  const schedules = new Map<string, PoolSchedule>();
  const pools = parsePools(list)
    .slice(0, 256)
    .flatMap(({ name, scheduler, domains }) => {
      if (scheduler === null) return [];
      const schedule = found[scheduler].get(name);
      if (schedule) schedules.set(name, schedule);
      return [
        {
          id: idOf.get(name) ?? 0,
          name,
          scheduler,
          cpus: cpusOf.get(name) ?? [],
          tsliceMs: schedule?.tsliceMs ?? null,
          ratelimitUs: schedule?.ratelimitUs ?? 0,
          migrationDelayUs: schedule?.migrationDelayUs ?? null,
          domains,
        },
      ];
    });
  return { pools, schedules };
}
