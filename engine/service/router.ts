import { implement } from '@orpc/server';
import { contract, DomusError, type EngineInfo } from '../api/index.ts';
import type { ByteStream, Host, Operation } from '../host/host.ts';
import { abortReason } from '../lib/abort.ts';
import { browse } from './file-browse.ts';
import type { StateStore } from './state-store.ts';
import type { TaskRequest, Tasks } from './tasks.ts';
import type { Tickets } from './tickets.ts';

/** What the calls of the contract are answered from. */
export interface Services {
  readonly info: EngineInfo;
  readonly hosts: ReadonlyMap<string, Host>;
  readonly store: StateStore;
  readonly tasks: Tasks;
  readonly tickets: Tickets<ByteStream>;
}

interface OnDomain {
  readonly host: string;
  readonly domain: string;
  readonly command?: string | undefined;
}

/** Waits for a task as long as the caller does; the task itself goes on when the caller is gone. */
function whileCalled<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(abortReason(signal));
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

/** The contract, call by call, on hosts, state, tasks and tickets. Throws DomusErrors; the transport reports them. */
export function createRouter({ info, hosts, store, tasks, tickets }: Services) {
  const os = implement(contract);

  const hostOf = (id: string): Host => {
    const host = hosts.get(id);
    if (!host) throw new DomusError('ERROR_NOTFOUND', `There is no host "${id}".`, { field: 'host' });
    return host;
  };
  const nameOf = (host: Host, domain: string): string =>
    host.domains().find(({ id }) => id === domain)?.name ?? domain;

  const asTask = async <T extends object | void>(
    request: TaskRequest,
    signal: AbortSignal | undefined,
    work: (op: Operation) => Promise<T>,
  ): Promise<T & { task: string }> => {
    const { id, done } = tasks.run(request, work);
    const result = await whileCalled(done, signal);
    return { ...result, task: id };
  };

  /** One command on one domain: `verb` begins the task's title, `work` is the host's part of it. */
  const onDomain = <I extends OnDomain, T extends object | void>(
    verb: string,
    cancellable: boolean,
    work: (host: Host, input: I, op: Operation) => Promise<T>,
  ) => {
    return ({ input, signal }: { input: I; signal?: AbortSignal | undefined }) => {
      const host = hostOf(input.host);
      const title = `${verb} ${nameOf(host, input.domain)}`;
      return asTask({ ...input, title, cancellable }, signal, (op) => work(host, input, op));
    };
  };

  return os.router({
    engine: {
      info: os.engine.info.handler(() => info),
    },
    state: {
      snapshot: os.state.snapshot.handler(() => store.snapshot()),
      changes: os.state.changes.handler(({ input, signal }) => store.changes(input, signal)),
    },
    host: {
      configure: os.host.configure.handler(({ input, signal }) => {
        const host = hostOf(input.host);
        const request = { title: `Configure ${host.info().name}`, host: input.host, cancellable: false };
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
      remove: os.domain.remove.handler(
        onDomain('Delete', false, (host, { domain }, op) => host.remove(domain, op)),
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
        ticket: tickets.issue(await hostOf(input.host).openSerial(input.domain, input.port)),
      })),
    },
    image: {
      list: os.image.list.handler(async ({ input }) => [...(await hostOf(input.host).images())]),
    },
    file: {
      browse: os.file.browse.handler(({ input }) => browse(input.path)),
    },
    task: {
      cancel: os.task.cancel.handler(({ input }) => ({ cancelled: tasks.cancel(input.task) })),
      clear: os.task.clear.handler(() => ({ removed: tasks.clear() })),
    },
  });
}
export type EngineRouter = ReturnType<typeof createRouter>;
