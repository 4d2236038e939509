import { implement } from '@orpc/server';
import { dom0Contract, DomusError } from '../api/index.ts';
import type { Dom0Tools } from '../host/dom0.ts';
import type { ByteStream, Host, Operation } from '../host/host.ts';
import type { Calls, OnDomain } from './calls.ts';
import type { Tickets } from './tickets.ts';

interface OnPool {
  readonly host: string;
  readonly pool: string;
  readonly command?: string | undefined;
}

interface Call<I> {
  input: I;
  signal?: AbortSignal | undefined;
}

/** The tools of the host; ERROR_NI for one without them. */
function toolsOf(host: Host): Dom0Tools {
  if (host.dom0) return host.dom0;
  const { name } = host.info();
  throw new DomusError('ERROR_NI', `${name} is not a Xen host whose dom0 can be reached.`, {
    fix: 'Use the embedded host, or add a Xen host.',
  });
}

/** The calls of dom0's tools. What changes something runs as a task. */
export function createDom0Router(calls: Calls, tickets: Tickets<ByteStream>) {
  const os = implement(dom0Contract);
  const tools = (id: string): Dom0Tools => toolsOf(calls.host(id));

  const onDomain = <I extends OnDomain, T extends object | void>(
    verb: string,
    work: (dom0: Dom0Tools, input: I, op: Operation) => Promise<T>,
    cancellable = false,
  ) => calls.onDomain<I, T>(verb, cancellable, (host, input, op) => work(toolsOf(host), input, op));

  const onPool = <I extends OnPool, T extends object | void>(
    verb: string,
    work: (dom0: Dom0Tools, input: I, op: Operation) => Promise<T>,
  ) => {
    return ({ input, signal }: Call<I>) => {
      const { host, pool, command } = input;
      const request = { title: `${verb} ${pool}`, host, command, cancellable: false };
      return calls.asTask(request, signal, (op) => work(tools(host), input, op));
    };
  };
  const ticket = (stream: ByteStream): { ticket: string } => ({ ticket: tickets.issue(stream) });

  return {
    dom0: {
      physical: os.dom0.physical.handler(({ input }) => tools(input.host).physical()),
      domains: os.dom0.domains.handler(({ input }) => tools(input.host).domains()),
      dmesg: os.dom0.dmesg.handler(async ({ input }) => ({
        text: await tools(input.host).dmesg(input.clear),
      })),
      debugKeys: os.dom0.debugKeys.handler(async ({ input }) => {
        await tools(input.host).debugKeys(input.keys);
        return {};
      }),
      terminal: os.dom0.terminal.handler(async ({ input: { host, ...size } }) =>
        ticket(await tools(host).openTerminal(size)),
      ),
    },
    config: {
      check: os.config.check.handler(({ input }) => tools(input.host).checkConfig(input.text, input.source)),
      options: os.config.options.handler(({ input }) => tools(input.host).configOptions()),
      write: os.config.write.handler(
        onDomain('Configure', (dom0, { domain, text }: OnDomain & { text: string }, op) =>
          dom0.writeConfig(domain, text, op),
        ),
      ),
      long: os.config.long.handler(async ({ input }) => ({
        json: await tools(input.host).longConfig(input.domain),
      })),
      importLegacy: os.config.importLegacy.handler(({ input }) => tools(input.host).importLegacy(input.text)),
    },
    live: {
      create: os.live.create.handler(({ input, signal }) => {
        const { host, command, ...request } = input;
        const title = `Create from ${input.source}`;
        return calls.asTask({ title, host, command }, signal, (op) =>
          tools(host).createFromText(request, op),
        );
      }),
      rename: os.live.rename.handler(
        onDomain('Rename', (dom0, { domain, name }: OnDomain & { name: string }, op) =>
          dom0.rename(domain, name, op),
        ),
      ),
      trigger: os.live.trigger.handler(
        onDomain('Trigger', (dom0, input: OnDomain & { trigger: Parameters<Dom0Tools['trigger']>[1] }, op) =>
          dom0.trigger(input.domain, input.trigger, op),
        ),
      ),
      sysrq: os.live.sysrq.handler(
        onDomain('Send SysRq to', (dom0, { domain, letter }: OnDomain & { letter: string }, op) =>
          dom0.sysrq(domain, letter, op),
        ),
      ),
      dumpCore: os.live.dumpCore.handler(
        onDomain(
          'Dump the memory of',
          (dom0, { domain, path }: OnDomain & { path: string }, op) => dom0.dumpCore(domain, path, op),
          true,
        ),
      ),
      setMemory: os.live.setMemory.handler(
        onDomain('Set the memory of', (dom0, input: OnDomain & { memoryKiB: number }, op) =>
          dom0.setMemory(input.domain, input.memoryKiB, op),
        ),
      ),
      setMaxMemory: os.live.setMaxMemory.handler(
        onDomain('Set the maximum memory of', (dom0, input: OnDomain & { memoryKiB: number }, op) =>
          dom0.setMaxMemory(input.domain, input.memoryKiB, op),
        ),
      ),
      setVcpus: os.live.setVcpus.handler(
        onDomain('Set the vCPUs of', (dom0, { domain, count }: OnDomain & { count: number }, op) =>
          dom0.setVcpus(domain, count, op),
        ),
      ),
      pinVcpu: os.live.pinVcpu.handler(
        onDomain('Pin the vCPUs of', (dom0, input: OnDomain & Parameters<Dom0Tools['pinVcpu']>[1], op) =>
          dom0.pinVcpu(input.domain, input, op),
        ),
      ),
      setAutostart: os.live.setAutostart.handler(
        onDomain('Set the autostart of', (dom0, input: OnDomain & { autostart: boolean }, op) =>
          dom0.setAutostart(input.domain, input.autostart, op),
        ),
      ),
    },
    scheduler: {
      view: os.scheduler.view.handler(({ input }) => tools(input.host).schedulerView()),
      setDomain: os.scheduler.setDomain.handler(
        onDomain('Schedule', (dom0, input: OnDomain & Parameters<Dom0Tools['setDomainSchedule']>[1], op) => {
          const { weight, cap } = input;
          return dom0.setDomainSchedule(input.domain, { weight, cap }, op);
        }),
      ),
      setPool: os.scheduler.setPool.handler(
        onPool('Schedule', (dom0, input: OnPool & Parameters<Dom0Tools['setPoolSchedule']>[1], op) => {
          const { tsliceMs, ratelimitUs, migrationDelayUs } = input;
          return dom0.setPoolSchedule(input.pool, { tsliceMs, ratelimitUs, migrationDelayUs }, op);
        }),
      ),
    },
    pool: {
      create: os.pool.create.handler(
        onPool(
          'Create pool',
          (dom0, input: OnPool & Omit<Parameters<Dom0Tools['createPool']>[0], 'name'>, op) => {
            const { pool: name, scheduler, cpus } = input;
            return dom0.createPool({ name, scheduler, cpus }, op);
          },
        ),
      ),
      destroy: os.pool.destroy.handler(
        onPool('Destroy pool', (dom0, { pool }: OnPool, op) => dom0.destroyPool(pool, op)),
      ),
      rename: os.pool.rename.handler(
        onPool('Rename pool', (dom0, { pool, name }: OnPool & { name: string }, op) =>
          dom0.renamePool(pool, name, op),
        ),
      ),
      addCpus: os.pool.addCpus.handler(
        onPool('Add CPUs to', (dom0, { pool, cpus }: OnPool & { cpus: number[] }, op) =>
          dom0.addPoolCpus(pool, cpus, op),
        ),
      ),
      removeCpus: os.pool.removeCpus.handler(
        onPool('Remove CPUs from', (dom0, { pool, cpus }: OnPool & { cpus: number[] }, op) =>
          dom0.removePoolCpus(pool, cpus, op),
        ),
      ),
      moveDomain: os.pool.moveDomain.handler(
        onDomain('Move', (dom0, { domain, pool }: OnDomain & { pool: string }, op) =>
          dom0.moveDomain(domain, pool, op),
        ),
      ),
    },
    xenstore: {
      node: os.xenstore.node.handler(({ input }) => tools(input.host).xenstoreNode(input.path)),
      changes: os.xenstore.changes.handler(({ input, signal }) =>
        tools(input.host).xenstoreChanges(input.path, input.cursor, signal),
      ),
      write: os.xenstore.write.handler(async ({ input }) => {
        await tools(input.host).xenstoreWrite(input.path, input.value);
        return {};
      }),
      remove: os.xenstore.remove.handler(async ({ input }) => {
        await tools(input.host).xenstoreRemove(input.path);
        return {};
      }),
      setPermissions: os.xenstore.setPermissions.handler(async ({ input }) => {
        await tools(input.host).xenstoreSetPermissions(input.path, input.permissions);
        return {};
      }),
    },
    log: {
      sources: os.log.sources.handler(({ input }) => tools(input.host).logSources()),
      open: os.log.open.handler(async ({ input }) => ticket(await tools(input.host).openLog(input.source))),
    },
    boot: {
      menu: os.boot.menu.handler(({ input, signal }) => tools(input.host).bootMenu(input.disk, signal)),
      ofDomain: os.boot.ofDomain.handler(({ input, signal }) =>
        tools(input.host).domainBoot(input.domain, signal),
      ),
    },
  };
}
