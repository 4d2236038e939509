import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hostDraft, type LabsInfo } from '../api/index.ts';
import { defaultImageDirectory, Labs } from '../host/lab/index.ts';
import type { LabAddress, LabRegistrar } from '../host/lab.ts';
import type { HostRegistry } from '../host/host-registry.ts';

/** Beside the built engine: `assets/`, two levels up. */
const recipeDirectory = fileURLToPath(new URL('../../assets/lab', import.meta.url));

/** Labs become hosts of the registry: reached over SSH like any other, with a key and a host key that Domus made. */
export function hostRegistrar(registry: HostRegistry): LabRegistrar {
  const draftOf = ({ lab, port, identityFile, knownHostsFile }: LabAddress) =>
    hostDraft.parse({
      name: `Xen lab ${lab.slice('lab'.length)}`,
      address: '127.0.0.1',
      port,
      user: 'root',
      identityFile,
      knownHostsFile,
      useSshConfig: false,
      useAgent: false,
      // A lab that does not run cannot be connected to; one that does says so itself.
      autoconnect: false,
    });
  return {
    async started(address) {
      const { host } = address;
      if (host === null || !registry.hosts.has(host))
        return registry.add(draftOf(address), { connect: true });
      const { draft } = await registry.settings(host);
      const { name, group } = draft;
      await registry.update(host, { ...draftOf(address), name, group });
      registry.hosts.get(host)?.link?.connect();
      return host;
    },
    stopped: async (host) => registry.hosts.get(host)?.link?.disconnect(),
    removed: async (host) => {
      if (registry.hosts.has(host)) await registry.remove(host);
    },
  };
}

export type LabLog = (level: 'info' | 'warn' | 'error', text: string) => void;

/** The labs of a state directory. Without a registrar, whoever called is no engine, and labs outlive it. */
export function openLabs(
  stateDirectory: string,
  registrar: LabRegistrar | null,
  onChange: (info: LabsInfo) => void,
  log: LabLog,
): Promise<Labs> {
  return Labs.open({
    directory: join(stateDirectory, 'labs'),
    imageDirectory: defaultImageDirectory(),
    recipeDirectory,
    registrar,
    keepRunning: registrar === null,
    onChange,
    log,
  });
}
