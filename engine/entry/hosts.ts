import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { createV86Factory } from '../guest/v86/factory.ts';
import type { Host, HostSink } from '../host/host.ts';
import { createLocalHost } from '../host/local/index.ts';
import { hostDirectory } from './options.ts';

/** The embedded host, whose directory also holds the socket of the engine that owns the whole state directory. */
export const embeddedHost = 'local';

/** Files beside the built engine: `dist/engine/` and, two levels up, `assets/`. */
const built = (path: string): URL => new URL(path, import.meta.url);

export interface Hosts {
  readonly hosts: readonly Host[];
  /** Ends what the hosts share, after they have been closed. */
  dispose(): Promise<void>;
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
  const local = await createLocalHost({
    id: embeddedHost,
    stateDir: hostDirectory(stateDirectory, embeddedHost),
    sink,
    machineFactory,
    assetsDir: fileURLToPath(built('../../assets')),
    version,
    log: log('host'),
  });
  return { hosts: [local], dispose: () => machineFactory.dispose() };
}
