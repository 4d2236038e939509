import { type SchedulerName, schedulerName } from '../../../api/index.ts';
import { clean } from '../shell/text.ts';
import { cpuNumbers, decimal, whole } from './number.ts';

/** What xl prints of vCPUs, schedulers and cpupools (xl-commands §5). Rows that are none are passed over. */

export interface VcpuRow {
  readonly domid: number;
  readonly vcpu: number;
  /** null: offline, or never placed. */
  readonly pcpu: number | null;
  /** `r--`, `-b-`, `--p` */
  readonly letters: string;
  readonly seconds: number;
  readonly hard: readonly number[];
  readonly soft: readonly number[];
}

const maxRows = 20_000;
const rowsOf = (text: string): string[] =>
  text
    .split('\n')
    .slice(0, maxRows)
    .filter((line) => line.length < 2048);

const vcpuRow =
  /^.+?\s+(\d{1,5})\s+(\d{1,4})\s+(\d{1,4}|-)\s+([-rbp]{3})\s+([\d.]{1,15})\s+(\S.*?)(?:\s+\/\s+(\S.*?))?\s*$/;

/** `xl vcpu-list`; `pcpus` is what `all` means. */
export function parseVcpuList(text: string, pcpus: number): VcpuRow[] {
  return rowsOf(text).flatMap((line) => {
    const match = vcpuRow.exec(line);
    if (!match) return [];
    const [, domid, vcpu, pcpu, letters = '', seconds, hard = 'all', soft = 'all'] = match;
    return [
      {
        domid: whole(domid),
        vcpu: whole(vcpu),
        pcpu: pcpu === '-' ? null : whole(pcpu),
        letters,
        seconds: decimal(seconds),
        hard: cpuNumbers(hard, pcpus),
        soft: cpuNumbers(soft, pcpus),
      },
    ];
  });
}

export interface PoolRow {
  readonly name: string;
  /** null: a scheduler that the contract does not know (rtds, null, arinc653). */
  readonly scheduler: SchedulerName | null;
  readonly domains: number;
}

/** `xl cpupool-list` */
export function parsePools(text: string): PoolRow[] {
  return rowsOf(text).flatMap((line) => {
    const match = /^(.+?)\s+\d{1,4}\s+([a-z0-9_-]{1,32})\s+[yn]\s+(\d{1,5})\s*$/.exec(line);
    if (!match) return [];
    const scheduler = schedulerName.safeParse(match[2]);
    const name = clean(match[1] ?? '', 64);
    return [{ name, scheduler: scheduler.success ? scheduler.data : null, domains: whole(match[3]) }];
  });
}

/** `xl cpupool-list -c`: the CPUs of each pool by its name. */
export function parsePoolCpus(text: string): Map<string, number[]> {
  return new Map(
    rowsOf(text).flatMap((line) => {
      const match = /^(.+?)\s+([\d,-]+)\s*$/.exec(line);
      return match ? [[clean(match[1] ?? '', 64), cpuNumbers(match[2] ?? '', 0)] as const] : [];
    }),
  );
}

export interface PoolSchedule {
  readonly ratelimitUs: number;
  readonly tsliceMs: number | null;
  readonly migrationDelayUs: number | null;
  readonly domains: ReadonlyMap<number, { readonly weight: number; readonly cap: number }>;
}

/** `xl sched-credit` or `xl sched-credit2`: pools by name. One whose parameters cannot be had is left out. */
export function parseSchedule(text: string): Map<string, PoolSchedule> {
  const pools = new Map<string, PoolSchedule>();
  let domains = new Map<number, { weight: number; cap: number }>();
  for (const line of rowsOf(text)) {
    const heading = /^Cpupool (.+?): (.*)$/.exec(line);
    if (heading) {
      const value = (key: string): string | undefined =>
        new RegExp(`${key}=(\\d{1,9})`).exec(heading[2] ?? '')?.[1];
      domains = new Map();
      if (value('ratelimit') === undefined) continue;
      const or = (text: string | undefined): number | null => (text === undefined ? null : whole(text));
      pools.set(clean(heading[1] ?? '', 64), {
        ratelimitUs: whole(value('ratelimit')),
        tsliceMs: or(value('tslice')),
        migrationDelayUs: or(value('migration-delay')),
        domains,
      });
      continue;
    }
    const row = /\s(\d{1,5})\s+(\d{1,6})\s+(\d{1,6})\s*$/.exec(line);
    if (row) domains.set(whole(row[1]), { weight: whole(row[2]), cap: whole(row[3]) });
  }
  return pools;
}

/** `xenstore-ls /local/pool`: ids by name. */
export function parsePoolIds(text: string): Map<string, number> {
  const ids = new Map<string, number>();
  let id = -1;
  for (const line of rowsOf(text)) {
    id = whole(/^(\d{1,9}) = /.exec(line)?.[1], id);
    const name = /^ name = "(.*)"/.exec(line)?.[1];
    if (name !== undefined && id >= 0) ids.set(clean(name, 64), id);
  }
  return ids;
}
