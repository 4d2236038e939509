import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { createV86Factory } from '../guest/v86/factory.ts';
import type { HostSink } from '../host/host.ts';
import type { HostRegistry } from '../host/host-registry.ts';
import { HostsFile } from '../host/registry/hosts-file.ts';
import { Registry, type RemoteHosts } from '../host/registry/registry.ts';
import { createLocalHost } from '../host/local/index.ts';
import { XenStore } from '../xenstore/index.ts';
import { hostDirectory } from './options.ts';
import { serveXenStore } from './xenstored.ts';

/** The embedded host, whose directory also holds the socket of the engine that owns the whole state directory. */
export const embeddedHost = 'local';

/** Files beside the built engine: `dist/engine/` and, two levels up, `assets/`. */
const built = (path: string): URL => new URL(path, import.meta.url);

export interface Hosts {
  readonly registry: HostRegistry;
  /** Ends what the hosts share, after they have been closed. */
  readonly dispose: () => Promise<void>;
}

/** The hosts of this engine, made from what is in the state directory. They report to the sink. */
export async function createHosts(
  stateDirectory: string,
  version: string,
  sink: HostSink,
  logger: Logger,
): Promise<Hosts> {
  const log = (part: string) => (level: 'info' | 'warn' | 'error', text: string) =>
    logger[level]({ part }, text);
  const machineFactory = await createV86Factory({
    workerUrl: built('./guest-worker.js'),
    wasmPath: fileURLToPath(built('./v86.wasm')),
    biosPath: fileURLToPath(built('../../assets/firmware/seabios.bin')),
    vgaBiosPath: fileURLToPath(built('../../assets/firmware/vgabios.bin')),
    log: log('v86'),
  });
  const stateDir = hostDirectory(stateDirectory, embeddedHost);
  const storeLog = log('xenstore');
  const store = new XenStore({ log: (level, text) => storeLog(level === 'warning' ? 'warn' : level, text) });
  const local = await createLocalHost({
    id: embeddedHost,
    stateDir,
    store,
    engineLog: join(stateDirectory, 'log', 'engine.log'),
    engineDirectory: stateDirectory,
    cli: fileURLToPath(built('./cli.js')),
    sink,
    machineFactory,
    assetsDir: fileURLToPath(built('../../assets')),
    version,
    log: log('host'),
  });
  const closeStore = await openStore(store, stateDir, log('xenstore'));
  const dispose = async (): Promise<void> => {
    await closeStore();
    await machineFactory.dispose();
  };
  const file = new HostsFile(join(stateDirectory, 'hosts.json'));
  const problem = await file.load();
  if (problem !== null) log('hosts')('warn', problem);
  const registry = await Registry.open([local], file, remoteHosts(stateDirectory, log('hosts')), sink);
  return { registry, dispose };
}

/** What speaks SSH is loaded with the first host that needs it. */
function remoteHosts(
  stateDirectory: string,
  log: (level: 'info' | 'warn' | 'error', text: string) => void,
): RemoteHosts {
  const load = async (): Promise<RemoteHosts> => {
    const { signerWith, xenHosts } = await import('../host/xen/index.ts');
    return xenHosts({ stateDirectory, signer: signerWith(built('./key-worker.js')), log });
  };
  let loading: Promise<RemoteHosts> | undefined;
  const loaded = (): Promise<RemoteHosts> => (loading ??= load());
  return {
    make: async (...args) => (await loaded()).make(...args),
    examine: async (...args) => (await loaded()).examine(...args),
    sshAliases: async () => (await loaded()).sshAliases(),
    secretStore: async () => (await loaded()).secretStore(),
  };
}

/** The XenStore's socket. Where the system has no Unix sockets, or the path is too long for one, the host runs without. */
async function openStore(
  store: XenStore,
  stateDir: string,
  log: (level: 'warn', text: string) => void,
): Promise<() => Promise<void>> {
  try {
    const server = await serveXenStore(store, join(stateDir, 'var', 'run', 'xenstored', 'socket'));
    return () => server.close();
  } catch (error) {
    log('warn', `The XenStore is not served: ${error instanceof Error ? error.message : String(error)}`);
    return () => Promise.resolve();
  }
}
