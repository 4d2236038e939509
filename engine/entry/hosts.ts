import type { Host, HostSink } from '../host/host.ts';

/** The hosts of this engine, made from what is in the state directory. */
export async function createHosts(_stateDirectory: string, _sink: HostSink): Promise<readonly Host[]> {
  return [];
}
