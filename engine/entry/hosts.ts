import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { createV86Factory } from '../guest/v86/factory.ts';
import type { Host, HostSink } from '../host/host.ts';
import { createLocalHost } from '../host/local/index.ts';

declare const __DOMUS_VERSION__: string;

/** Files beside the built engine, and the assets that ship with it. */
const beside = (path: string): URL => new URL(path, import.meta.url);
const assets = fileURLToPath(beside('../../assets/'));

/** The hosts of this engine, made from what is in the state directory. */
export async function createHosts(
  stateDirectory: string,
  sink: HostSink,
  logger: Logger,
): Promise<readonly Host[]> {
  const machineFactory = await createV86Factory({
    workerUrl: beside('guest-worker.js'),
    wasmPath: fileURLToPath(beside('v86.wasm')),
    biosPath: join(assets, 'firmware', 'seabios.bin'),
    vgaBiosPath: join(assets, 'firmware', 'vgabios.bin'),
    log: (level, text) => logger[level](text),
  });
  const local = await createLocalHost({
    id: 'local',
    stateDir: join(stateDirectory, 'hosts', 'local'),
    sink,
    machineFactory,
    assetsDir: assets,
    log: (level, text) => logger[level](text),
    version: __DOMUS_VERSION__,
  });
  return [local];
}
