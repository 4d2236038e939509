import type { DomainRow, PhysicalInfo, SchedulerView } from '../../engine/api/dom0.ts';
import { EngineFailure, type RawChannel, type XlClient } from '../../engine/cli/engine-client.ts';
import { xlCommands } from '../../engine/cli/xl/commands/index.ts';
import { FileProblem, type Xl } from '../../engine/cli/xl/context.ts';
import type { Programs } from '../../engine/cli/xl/pipes.ts';
import { runXl } from '../../engine/cli/xl/program.ts';

/**
 * A host that exists only as figures: the commands of xl against the machine on which the transcripts were recorded.
 * Calls are answered from `answers` by path; what a test does not answer fails as a call the engine does not know.
 */
export type Answers = Readonly<Record<string, (input: never) => unknown>>;

export const row = (domid: number, name: string | null, more: Partial<DomainRow> = {}): DomainRow => ({
  domid,
  name,
  uuid: '00000000-0000-0000-0000-000000000000',
  id: `id-${domid}`,
  letters: domid === 0 ? 'r-----' : '-b----',
  topLetters: domid === 0 ? '-----r' : '--b---',
  shutdownCode: null,
  memoryKiB: (domid === 0 ? 768 : 128) * 1024,
  claimedKiB: 0,
  maxMemoryKiB: null,
  vcpusOnline: domid === 0 ? 2 : 1,
  vcpusMax: 2,
  cpuTimeNs: 0,
  vcpuTimesNs: [0],
  pool: 'Pool-0',
  startedAt: null,
  vifs: [],
  vbds: [],
  ...more,
});

type Vcpu = SchedulerView['domains'][number]['vcpus'][number];
export const vcpu = (id: number, pcpu: number | null, seconds: number, more: Partial<Vcpu> = {}): Vcpu => ({
  vcpu: id,
  pcpu,
  online: pcpu !== null,
  running: false,
  blocked: true,
  cpuTimeNs: seconds * 1e9,
  hard: [0, 1],
  soft: [0, 1],
  credit: null,
  sharePercent: 0,
  ...more,
});

type Pool = SchedulerView['pools'][number];
export const pool = (
  id: number,
  name: string,
  cpus: number[],
  scheduler: Pool['scheduler'] = 'credit2',
): Pool => ({
  id,
  name,
  scheduler,
  cpus,
  tsliceMs: scheduler === 'credit' ? 30 : null,
  ratelimitUs: 1000,
  migrationDelayUs: scheduler === 'credit' ? 0 : null,
  domains: 0,
});

/** What the laboratory consists of; tests change it as guests and people would. */
export interface Lab {
  /** What a console is opened as; absent: none can be opened. */
  readonly channel?: RawChannel;
  /** Other programs and own pipes; absent: none can be had. */
  readonly programs?: Programs;
  rows: DomainRow[];
  pools: Pool[];
  /** Weight, cap and vCPUs by domid. */
  schedule: Map<number, { weight: number; cap: number; vcpus: Vcpu[] }>;
  physical: PhysicalInfo;
  /** XenStore: children with their values, by path. */
  store: Map<string, Record<string, string>>;
  files: Map<string, string>;
}

export function view({ rows, pools, schedule, physical }: Lab): SchedulerView {
  return {
    host: 'local',
    at: 0,
    pcpus: Array.from({ length: physical.nrCpus }, (_, id) => ({
      id,
      pool: pools.find(({ cpus }) => cpus.includes(id))?.name ?? null,
      busyPercent: 0,
    })),
    pools: pools.map((one) => ({ ...one, domains: rows.filter((r) => r.pool === one.name).length })),
    domains: rows.map((r) => ({
      domid: r.domid,
      id: r.id,
      name: r.name ?? '(null)',
      pool: r.pool,
      weight: 256,
      cap: 0,
      vcpus: [],
      ...schedule.get(r.domid),
    })),
  };
}

/** Two CPUs, Domain-0 and pv1. */
export const newLab = (): Lab => ({
  rows: [row(0, 'Domain-0'), row(1, 'pv1')],
  pools: [pool(0, 'Pool-0', [0, 1])],
  schedule: new Map(),
  physical: {
    nrCpus: 2,
    nrNodes: 1,
    freeCpus: 0,
    xenMajor: 4,
    xenMinor: 17,
    xenExtra: '.7',
    hwCaps: [],
    virtCaps: [],
    topology: [0, 1].map((cpu) => ({ cpu, core: cpu, socket: 0, node: 0 })),
    nodes: [],
  } as unknown as PhysicalInfo,
  store: new Map(),
  files: new Map(),
});

export const refusal = (message: string, code: EngineFailure['code'] = 'ERROR_FAIL'): EngineFailure =>
  new EngineFailure(code, message);

/** What every laboratory answers. */
const common = (lab: Lab): Answers => ({
  'dom0/domains': () => lab.rows,
  'dom0/physical': () => lab.physical,
  'scheduler/view': () => view(lab),
  'xenstore/node': ({ path }: { path: string }) => {
    const values = lab.store.get(path);
    if (!values) throw refusal(`There is no ${path}.`, 'ERROR_NOTFOUND');
    const children = Object.entries(values).map(([name, value]) => ({ name, value, leaf: true }));
    return { path, value: '', permissions: 'n0', children };
  },
});

function client(answers: Answers, path: readonly string[] = []): unknown {
  return new Proxy(() => undefined, {
    get: (_, key) =>
      typeof key === 'string' && key !== 'then' ? client(answers, [...path, key]) : undefined,
    apply: async (_, __, [input]: unknown[]) => {
      const answer = answers[path.join('/')];
      if (!answer) throw refusal(`The call ${path.join('.')} does not exist.`, 'BAD_REQUEST');
      return answer(input as never);
    },
  });
}

export interface Ran {
  readonly rc: number;
  readonly out: string;
  readonly err: string;
}

/** Rounds of waiting after which a program that would go on for ever is stopped. */
const maxSleeps = 20;

/** Runs `xl WORDS…` in the laboratory. */
export async function runInLab(lab: Lab, words: readonly string[], answers: Answers = {}): Promise<Ran> {
  let out = '';
  let err = '';
  let sleeps = 0;
  const session = {
    client: client({ ...common(lab), ...answers }) as XlClient,
    openChannel: () =>
      lab.channel ? Promise.resolve(lab.channel) : Promise.reject(refusal('There is no such channel.')),
    close: () => undefined,
  };
  const xl: Xl = {
    host: 'local',
    line: `xl ${words.join(' ')}`,
    engine: async () => session,
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    now: () => new Date(2026, 10, 20, 10, 49, 10),
    sleep: async () => {
      sleeps += 1;
      if (sleeps > maxSleeps) throw new EngineFailure('ENGINE_LOST', 'Stopped by the test.');
    },
    files: {
      read: async (path) => {
        const text = lab.files.get(path);
        if (text === undefined) throw new FileProblem('No such file or directory');
        return { text, source: path };
      },
      exists: async (path) => lab.files.has(path) || path === '/',
      absolute: (path) => (path.startsWith('/') ? path : `/root/${path}`),
    },
    programs: () =>
      lab.programs ? Promise.resolve(lab.programs) : Promise.reject(refusal('There are no programs.')),
    terminal: {
      interactive: false,
      size: () => ({ columns: 80, rows: 24 }),
      write: async (data) =>
        void (out += typeof data === 'string' ? data : Buffer.from(data).toString('latin1')),
      onInput: () => () => undefined,
      onResize: () => () => undefined,
    },
  };
  const rc = await runXl(words, xlCommands, xl);
  return { rc, out, err };
}
