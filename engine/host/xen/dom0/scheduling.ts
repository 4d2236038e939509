import { DomusError, type SchedulerName } from '../../../api/index.ts';
import type { PoolParameters } from '../../dom0.ts';
import type { Operation } from '../../operation.ts';
import type { XenContext } from '../host-context.ts';
import type { SchedulerLook } from './scheduler-view.ts';
import { liveTarget } from './target.ts';

/** Weights, caps, affinities and pools of a real host: each is a command of xl. */
export class Scheduling {
  readonly #host: XenContext;
  readonly #look: SchedulerLook;

  constructor(host: XenContext, look: SchedulerLook) {
    this.#host = host;
    this.#look = look;
  }

  async setDomain(
    id: string,
    { weight, cap }: { weight?: number | undefined; cap?: number | undefined },
    op: Operation,
  ): Promise<void> {
    const { domid, name } = liveTarget(this.#host, id);
    const scheduler = await this.#look.schedulerOf(Number(domid));
    await this.#do(['xl', `sched-${scheduler}`, '-d', domid, ...option('-w', weight), ...option('-c', cap)]);
    const said = [weight === undefined ? [] : `weight ${weight}`, cap === undefined ? [] : `cap ${cap}`];
    op.log(`${name} has ${said.flat().join(' and ')} now.`);
  }

  async setPool(pool: string, change: PoolParameters, op: Operation): Promise<void> {
    const { name, scheduler } = await this.#look.pool(pool);
    const { tsliceMs, ratelimitUs, migrationDelayUs } = change;
    if (scheduler === 'credit2' && (tsliceMs ?? migrationDelayUs) !== undefined) {
      throw new DomusError(
        'ERROR_INVAL',
        'The scheduler credit2 has neither time slice nor migration delay.',
        {
          field: tsliceMs === undefined ? 'migrationDelayUs' : 'tsliceMs',
        },
      );
    }
    await this.#do([
      ...['xl', `sched-${scheduler}`, '-s', '-p', name],
      ...[...option('-t', tsliceMs), ...option('-r', ratelimitUs), ...option('-m', migrationDelayUs)],
    ]);
    op.log(`The scheduler of ${name} has its new parameters.`);
  }

  async createPool(
    { name, scheduler, cpus }: { name: string; scheduler: SchedulerName; cpus: readonly number[] },
    op: Operation,
  ): Promise<{ id: number }> {
    const words = `name="${name}" sched="${scheduler}" cpus="${cpus.join(',')}"`;
    if (/["\\\n]/.test(name)) {
      throw new DomusError('ERROR_INVAL', `A pool cannot be called ${name}.`, { field: 'name' });
    }
    await this.#do(['xl', 'cpupool-create', ...words.split(' ')]);
    const { id } = await this.#look.pool(name);
    op.log(`${name} has the id ${id}.`);
    return { id };
  }

  async destroyPool(pool: string): Promise<void> {
    const { name } = await this.#look.pool(pool);
    await this.#do(['xl', 'cpupool-destroy', name]);
  }

  async renamePool(pool: string, to: string): Promise<void> {
    const { name } = await this.#look.pool(pool);
    await this.#do(['xl', 'cpupool-rename', name, to]);
  }

  /** xl takes them one after the other, and says which it could not take. */
  async poolCpus(
    what: 'add' | 'remove',
    pool: string,
    cpus: readonly number[],
    op: Operation,
  ): Promise<void> {
    const { name } = await this.#look.pool(pool);
    const said = await this.#do(['xl', `cpupool-cpu-${what}`, name, cpus.join(',')]);
    for (const line of said.split('\n')) if (line !== '') op.log(line);
  }

  async moveDomain(id: string, pool: string, op: Operation): Promise<void> {
    const target = liveTarget(this.#host, id);
    const { name } = await this.#look.pool(pool);
    await this.#do(['xl', 'cpupool-migrate', target.domid, name]);
    op.log(`${target.name} is in ${name}: its vCPUs may run on all of its CPUs.`);
  }

  async pin(
    id: string,
    {
      vcpu,
      hard,
      soft,
    }: { vcpu: number | null; hard?: readonly number[] | undefined; soft?: readonly number[] | undefined },
    op: Operation,
  ): Promise<void> {
    const { domid, name } = liveTarget(this.#host, id);
    if (hard?.length === 0)
      throw new DomusError('ERROR_INVAL', 'vcpu hard affinity map is empty', { field: 'hard' });
    const set = (cpus: readonly number[] | undefined): string => cpus?.join(',') ?? '-';
    const which = vcpu === null ? 'all' : String(vcpu);
    const { stderr, code } = await this.#host.xl.outcome([
      'xl',
      'vcpu-pin',
      domid,
      which,
      set(hard),
      ...(soft ? [set(soft)] : []),
    ]);
    if (code !== 0 || /libxl: error|Could not set/.test(stderr)) {
      throw new DomusError(
        'ERROR_INVAL',
        `The vCPUs of ${name} cannot be pinned so: ${stderr.slice(0, 300)}`,
        {
          field: 'vcpu',
        },
      );
    }
    if (/unreachable/.test(stderr)) op.log('all cpus in soft affinity map are out of the hard affinity map');
    op.log(`${name}: vCPU ${which} ${set(hard)} / ${set(soft)}`);
  }

  async #do(argv: readonly string[]): Promise<string> {
    try {
      return await this.#host.xl.strict(argv);
    } finally {
      this.#look.changed();
    }
  }
}

const option = (letter: string, value: number | undefined): string[] =>
  value === undefined ? [] : [letter, String(value)];
