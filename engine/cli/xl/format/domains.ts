import type { DomainRow, SchedulerView } from '../../../api/dom0.ts';
import { bitmap, fixed, left, lines, mebi, nullable, right, seconds } from './text.ts';

/** Which further columns `xl list` shows. */
export interface ListColumns {
  readonly verbose?: boolean;
  readonly claims?: boolean;
  readonly context?: boolean;
  readonly pool?: boolean;
  readonly numa?: boolean;
}

interface Extra {
  readonly wanted: (columns: ListColumns) => boolean;
  readonly header: string;
  readonly cell: (row: DomainRow, columns: ListColumns) => string;
}

const extras: readonly Extra[] = [
  {
    wanted: ({ verbose }) => verbose === true,
    header: '   UUID                            Reason-Code\tSecurity Label',
    cell: ({ uuid, shutdownCode }) =>
      ` ${uuid} ${shutdownCode === null ? right('-', 8) : right(shutdownCode.toString(16), 8)} ${right('-', 16)}`,
  },
  {
    wanted: ({ claims }) => claims === true,
    header: '  Claimed',
    cell: ({ claimedKiB }) => ` ${right(mebi(claimedKiB), 5)}`,
  },
  {
    wanted: ({ context, verbose }) => context === true && verbose !== true,
    header: '   Security Label',
    cell: () => ` ${right('-', 16)}`,
  },
  {
    wanted: ({ pool }) => pool === true,
    header: '         Cpupool',
    cell: ({ pool }) => right(pool, 16),
  },
  {
    wanted: ({ numa }) => numa === true,
    header: ' NODE Affinity',
    cell: () => ' all',
  },
];

/** `xl list` and `xl claims` (xl-commands §3). */
export function domainTable(rows: readonly DomainRow[], columns: ListColumns = {}): string {
  const more = extras.filter(({ wanted }) => wanted(columns));
  const header = `Name${' '.repeat(40)}ID   Mem VCPUs\tState\tTime(s)${more.map((one) => one.header).join('')}`;
  const body = rows.map((row) => {
    const memory = mebi(row.memoryKiB + row.claimedKiB);
    const basic =
      `${left(nullable(row.name), 40)} ${right(row.domid, 5)} ${right(memory, 5)} ${right(row.vcpusOnline, 5)}` +
      `     ${row.letters}  ${fixed(seconds(row.cpuTimeNs), 8, 1)}`;
    return basic + more.map(({ cell }) => cell(row, columns)).join('');
  });
  return lines([header, ...body]);
}

/** `xl vm-list`. */
export function vmTable(rows: readonly DomainRow[]): string {
  const header = `UUID${' '.repeat(34)}ID    name`;
  return lines([
    header,
    ...rows.map(({ uuid, domid, name }) => `${uuid}  ${domid}    ${left(nullable(name), 30)}`),
  ]);
}

function hoursMinutes(totalSeconds: number, withSeconds: boolean): string {
  const days = Math.floor(totalSeconds / 86_400);
  const hours = Math.floor(totalSeconds / 3600) % 24;
  const minutes = String(Math.floor(totalSeconds / 60) % 60).padStart(2, '0');
  const rest = withSeconds ? `:${String(Math.floor(totalSeconds) % 60).padStart(2, '0')}` : '';
  const prefix = days === 0 ? '' : days === 1 ? '1 day, ' : `${days} days, `;
  return `${prefix}${right(hours, 2)}:${minutes}${rest}`;
}

/** `xl uptime`; domains without a known start are skipped. Times in epoch ms. */
export function uptimeTable(rows: readonly DomainRow[], now: Date, short: boolean): string {
  const started = rows.flatMap((row) =>
    row.startedAt === null ? [] : [{ ...row, startedAt: row.startedAt }],
  );
  const age = (startedAt: number): number => Math.max(0, (now.getTime() - startedAt) / 1000);
  if (short) {
    const clock = [now.getHours(), now.getMinutes(), now.getSeconds()]
      .map((n) => String(n).padStart(2, '0'))
      .join(':');
    return lines(
      started.map(
        ({ name, domid, startedAt }) =>
          ` ${clock} up ${hoursMinutes(age(startedAt), false)}, ${nullable(name)} (${domid})`,
      ),
    );
  }
  const body = started.map(
    ({ name, domid, startedAt }) =>
      `${left(nullable(name), 33)} ${right(domid, 4)} ${hoursMinutes(age(startedAt), true)}`,
  );
  return lines([`${left('Name', 33)} ${right('ID', 4)} Uptime`, ...body]);
}

/** `xl vcpu-list`. */
export function vcpuTable(domains: SchedulerView['domains'], pcpuCount: number): string {
  const header = `${left('Name', 32)} ${['ID', 'VCPU', 'CPU', 'State'].map((h) => right(h, 5)).join(' ')} ${right('Time(s)', 9)} Affinity (Hard / Soft)`;
  const body = domains.flatMap(({ name, domid, vcpus }) =>
    vcpus.map((vcpu) => {
      const place = vcpu.online
        ? `${right(vcpu.pcpu ?? '-', 5)} ${right(vcpu.running ? 'r' : '-', 3)}${vcpu.blocked ? 'b' : '-'}- `
        : `${right('-', 5)} ${right('-', 3)}-p `;
      const affinity = `${bitmap(vcpu.hard, pcpuCount)} / ${bitmap(vcpu.soft, pcpuCount)}`;
      return `${left(name, 32)} ${right(domid, 5)} ${right(vcpu.vcpu, 5)}${place}${fixed(seconds(vcpu.cpuTimeNs), 9, 1)}  ${affinity}`;
    }),
  );
  return lines([header, ...body]);
}
