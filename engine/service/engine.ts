import { randomBytes } from 'node:crypto';
import { homedir } from 'node:os';
import type { EngineInfo, LabsInfo } from '../api/index.ts';
import type { ByteStream, Host, HostSink } from '../host/host.ts';
import type { HostRegistry } from '../host/host-registry.ts';
import type { LabTools } from '../host/lab.ts';
import { type Clock, systemClock } from '../lib/clock.ts';
import { serveChannel } from './channels.ts';
import type { ErrorLog } from './failure.ts';
import { createRouter } from './router.ts';
import { StateStore } from './state-store.ts';
import { Tasks } from './tasks.ts';
import { Tickets } from './tickets.ts';
import { createRpcServer } from './transport/guarded-port.ts';
import type { Wire } from './transport/wire.ts';

export interface EngineOptions {
  readonly version: string;
  /** True when the engine before this one did not end orderly. */
  readonly recovered: boolean;
  readonly log: ErrorLog;
  /** Makes the hosts; they report to the sink from then on. */
  readonly hosts: (sink: HostSink) => Promise<HostRegistry>;
  /** Takes up the Xen lab, which registers its hosts; an engine without it has none. */
  readonly labs?: (registry: HostRegistry, onChange: (info: LabsInfo) => void) => Promise<LabTools>;
  readonly clock?: Clock;
}

/** A running engine without any transport: hand it wires. */
export interface Engine {
  readonly info: EngineInfo;
  serveRpc(wire: Wire): void;
  /** False when there is no such ticket; the wire is then still the caller's. */
  openChannel(ticket: string, wire: Wire): boolean;
  /** Does what the hosts want done before an end (running domains are saved), each as a task, within their time. */
  prepareStop(): Promise<void>;
  /** Asks tasks to stop, ends the hosts. Wires are the transports' to close. */
  close(): Promise<void>;
}

/** Time running tasks get to stop when the engine ends, in ms. */
const taskStopMs = 3000;

export async function createEngine(options: EngineOptions): Promise<Engine> {
  const { log, clock = systemClock } = options;
  const epoch = randomBytes(12).toString('base64url');
  const store = new StateStore({ epoch, clock });
  const tasks = new Tasks(store, log, clock);
  const tickets = new Tickets<ByteStream>(clock);
  const registry = await options.hosts(store);
  const labs = (await options.labs?.(registry, (info) => store.labs(info))) ?? null;
  const info: EngineInfo = {
    version: options.version,
    epoch,
    startedAt: clock.wallMs(),
    pid: process.pid,
    recovered: options.recovered,
    home: homedir(),
  };
  const router = createRouter({
    info,
    registry,
    labs,
    store,
    tasks,
    tickets,
  });
  let closing = false;
  const starting = runStartup([...registry.hosts.values()], tasks, log, () => closing);
  return {
    info,
    serveRpc: createRpcServer(router, log),
    openChannel(ticket, wire) {
      const stream = tickets.redeem(ticket);
      if (stream) serveChannel(wire, stream);
      return stream !== undefined;
    },
    async prepareStop() {
      closing = true;
      await tasks.stop(taskStopMs);
      await starting;
      await Promise.all([...registry.hosts.values()].map((host) => stopHost(host, tasks, log, clock)));
    },
    async close() {
      closing = true;
      await tasks.stop(taskStopMs);
      await starting;
      tickets.dispose();
      await Promise.all([registry.close(), labs?.close()]);
    },
  };
}

/** One after the other; what fails does not keep the rest from being done, and nothing lasts longer than the host allows. */
async function stopHost(host: Host, tasks: Tasks, log: ErrorLog, clock: Clock): Promise<void> {
  try {
    const stop = await host.beforeStop?.();
    if (!stop || stop.steps.length === 0) return;
    let late = false;
    const cancel = clock.after(stop.maxWaitMs, () => {
      late = true;
      void tasks.stop(0);
    });
    for (const { title, domain, command, run } of stop.steps) {
      if (late) break;
      await tasks.run({ title, host: host.id, domain, command }, run).done.catch(() => undefined);
    }
    cancel();
  } catch (error) {
    log.error({ err: error }, `The domains of ${host.id} could not be saved`);
  }
}

/** What the hosts want done at the start, one after the other; what fails does not keep the rest from being done. */
async function runStartup(
  hosts: readonly Host[],
  tasks: Tasks,
  log: ErrorLog,
  isOver: () => boolean,
): Promise<void> {
  for (const host of hosts) {
    try {
      for (const { title, domain, command, run } of (await host.startup?.()) ?? []) {
        if (isOver()) return;
        await tasks.run({ title, host: host.id, domain, command }, run).done.catch(() => undefined);
      }
    } catch (error) {
      log.error({ err: error }, `The start of the domains of ${host.id} failed`);
    }
  }
}
