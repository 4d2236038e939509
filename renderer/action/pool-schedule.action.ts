import { Timer } from '@lucide/vue';
import type { HostAction } from './action.ts';
import { hostRule } from './rules.ts';
import { shellLine } from './xl.ts';

type Change = {
  readonly tsliceMs?: number;
  readonly ratelimitUs?: number;
  readonly migrationDelayUs?: number;
};
interface Pool {
  readonly name: string;
  readonly scheduler: 'credit' | 'credit2';
}

/** Option letters of `xl sched-credit -s` (xl-commands §4). */
const letters: Readonly<Record<keyof Change, string>> = {
  tsliceMs: '-t',
  ratelimitUs: '-r',
  migrationDelayUs: '-m',
};

export function poolScheduleLine({ name, scheduler }: Pool, change: Change): string {
  const options = (Object.keys(letters) as (keyof Change)[]).flatMap((key) => {
    const value = change[key];
    return value === undefined ? [] : [letters[key], String(value)];
  });
  return shellLine('xl', `sched-${scheduler}`, '-s', '-p', name, ...options);
}

/** Changes the parameters of a pool's scheduler. */
export const poolSchedule = (pool: Pool, change: Change): HostAction => ({
  id: 'pool.schedule',
  title: 'Change scheduler',
  icon: Timer,
  appliesTo: 'host',
  canRun: hostRule,
  xl: () => poolScheduleLine(pool, change),
  async run({ app, host }) {
    const command = poolScheduleLine(pool, change);
    await app.client.scheduler.setPool({ host: host.id, pool: pool.name, ...change, command });
  },
});
