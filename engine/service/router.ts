import { implement } from '@orpc/server';
import { contract, copyName, DomusError, type EngineInfo } from '../api/index.ts';
import { createCopies } from '../host/copies.ts';
import type { ByteStream, Host } from '../host/host.ts';
import type { HostRegistry } from '../host/host-registry.ts';
import type { LabTools } from '../host/lab.ts';
import { Calls, type OnDomain } from './calls.ts';
import { browse } from './file-browse.ts';
import { createDisplayRouter } from './router-display.ts';
import { createDom0Router } from './router-dom0.ts';
import { createHardwareRouter } from './router-hardware.ts';
import { createHostsRouter } from './router-hosts.ts';
import { createInventoryRouter } from './router-inventory.ts';
import { createMigrateRouter } from './router-migrate.ts';
import { createSaveRouter } from './router-save.ts';
import { createLabRouter } from './router-lab.ts';
import type { StateStore } from './state-store.ts';
import type { Tasks } from './tasks.ts';
import type { Tickets } from './tickets.ts';

/** What the calls of the contract are answered from. */
export interface Services {
  readonly info: EngineInfo;
  readonly registry: HostRegistry;
  readonly labs: LabTools | null;
  readonly store: StateStore;
  readonly tasks: Tasks;
  readonly tickets: Tickets<ByteStream>;
}

/** ERROR_NI for PV consoles of a host that has none. */
function openConsole(
  host: Host,
  { domain, port, type }: { domain: string; port: number; type: 'serial' | 'pv' },
): Promise<ByteStream> {
  if (type === 'serial') return host.openSerial(domain, port);
  if (host.openPvConsole) return host.openPvConsole(domain, port);
  throw new DomusError('ERROR_NI', 'This host has only serial consoles.', { field: 'type' });
}

/** The contract, call by call, on hosts, state, tasks and tickets. Throws DomusErrors; the transport reports them. */
export function createRouter({ info, registry, labs, store, tasks, tickets }: Services) {
  const os = implement(contract);

  const calls = new Calls(registry.hosts, tasks);
  const hostOf = (id: string): Host => calls.host(id);
  const asTask = calls.asTask.bind(calls);
  const onDomain = calls.onDomain.bind(calls);

  return os.router({
    ...createDom0Router(calls, tickets),
    ...createHardwareRouter(calls),
    ...createDisplayRouter(calls, tickets),
    ...createSaveRouter(calls),
    ...createMigrateRouter(calls, tickets),
    ...createLabRouter(calls, labs),
    ...createInventoryRouter(calls),
    engine: {
      info: os.engine.info.handler(() => info),
    },
    state: {
      snapshot: os.state.snapshot.handler(() => store.snapshot()),
      changes: os.state.changes.handler(({ input, signal }) => store.changes(input, signal)),
    },
    host: {
      ...createHostsRouter(calls, registry).host,
      configure: os.host.configure.handler(({ input, signal }) => {
        const host = hostOf(input.host);
        const title = `Configure ${host.info().name}`;
        const request = { title, host: input.host, command: input.command, cancellable: false };
        return asTask(request, signal, (op) => host.configure({ memoryMiB: input.memoryMiB }, op));
      }),
    },
    domain: {
      create: os.domain.create.handler(({ input, signal }) => {
        const { draft, start, paused, command } = input;
        const host = hostOf(input.host);
        const request = { title: `Create ${draft.name}`, host: input.host, command };
        return asTask(request, signal, (op) => host.create(draft, { start, paused }, op));
      }),
      createCopies: os.domain.createCopies.handler(({ input, signal }) => {
        const { draft, count, first, start, paused, command } = input;
        const host = hostOf(input.host);
        const title = `Create ${copyName(draft.name, first)} to ${copyName(draft.name, first + count - 1)}`;
        return asTask({ title, host: input.host, command }, signal, (op) =>
          createCopies(host, draft, { count, first }, { start, paused }, op),
        );
      }),
      preview: os.domain.preview.handler(async ({ input }) => ({
        text: await hostOf(input.host).preview(input.draft),
      })),
      configText: os.domain.configText.handler(({ input }) => hostOf(input.host).configText(input.domain)),
      start: os.domain.start.handler(
        onDomain('Start', true, (host, { domain, paused }: OnDomain & { paused: boolean }, op) =>
          host.start(domain, { paused }, op),
        ),
      ),
      pause: os.domain.pause.handler(
        onDomain('Pause', false, (host, { domain }, op) => host.pause(domain, op)),
      ),
      unpause: os.domain.unpause.handler(
        onDomain('Unpause', false, (host, { domain }, op) => host.unpause(domain, op)),
      ),
      shutdown: os.domain.shutdown.handler(
        onDomain('Shut down', true, (host, { domain }, op) => host.shutdown(domain, op)),
      ),
      reboot: os.domain.reboot.handler(
        onDomain('Reboot', true, (host, { domain }, op) => host.reboot(domain, op)),
      ),
      destroy: os.domain.destroy.handler(
        onDomain('Force off', false, (host, { domain }, op) => host.destroy(domain, op)),
      ),
      volumes: os.domain.volumes.handler(async ({ input }) => ({
        volumes: [...((await hostOf(input.host).volumes?.(input.domain)) ?? [])],
      })),
      remove: os.domain.remove.handler(
        onDomain('Delete', false, (host, { domain, volumes }: OnDomain & { volumes: string[] }, op) => {
          if (volumes.length > 0 && !host.volumes)
            throw new DomusError('ERROR_NI', `${host.info().name} does not delete storage from here.`);
          return host.remove(domain, op, volumes);
        }),
      ),
      define: os.domain.define.handler(({ input, signal }) => {
        const host = hostOf(input.host);
        const request = { title: 'Define a domain', host: input.host, command: input.command };
        return asTask(request, signal, (op) => host.define(input.text, op));
      }),
    },
    stats: {
      history: os.stats.history.handler(({ input }) => hostOf(input.host).history(input.domain, input.range)),
    },
    console: {
      open: os.console.open.handler(async ({ input }) => ({
        ticket: tickets.issue(await openConsole(hostOf(input.host), input)),
      })),
    },
    image: {
      list: os.image.list.handler(async ({ input }) => [...(await hostOf(input.host).images())]),
    },
    file: {
      browse: os.file.browse.handler(({ input }) => {
        const host = input.host === undefined ? null : hostOf(input.host);
        return host?.browse ? host.browse(input.path) : browse(input.path);
      }),
      inspect: os.file.inspect.handler(({ input, signal }) => {
        const host = hostOf(input.host);
        if (host.inspect) return host.inspect(input.path, signal);
        throw new DomusError('ERROR_NI', `${host.info().name} does not say what is in a file.`);
      }),
    },
    task: {
      cancel: os.task.cancel.handler(({ input }) => ({ cancelled: tasks.cancel(input.task) })),
      clear: os.task.clear.handler(() => ({ removed: tasks.clear() })),
    },
  });
}
export type EngineRouter = ReturnType<typeof createRouter>;
