import { implement } from '@orpc/server';
import { DomusError, hostsContract } from '../api/index.ts';
import type { Host, HostLink } from '../host/host.ts';
import type { HostRegistry } from '../host/host-registry.ts';
import type { Calls } from './calls.ts';

/** ERROR_INVAL for a host that is part of the engine. */
function linkOf(host: Host): HostLink {
  if (host.link) return host.link;
  throw new DomusError('ERROR_INVAL', `${host.info().name} is part of Domus: it has no connection.`);
}

/** The calls that add, reach and remove hosts. */
export function createHostsRouter(calls: Calls, registry: HostRegistry) {
  const os = implement(hostsContract);
  const link = (host: string): HostLink => linkOf(calls.host(host));
  return {
    host: {
      add: os.host.add.handler(async ({ input: { draft, connect } }) => ({
        host: await registry.add(draft, { connect }),
      })),
      settings: os.host.settings.handler(({ input }) => registry.settings(input.host)),
      update: os.host.update.handler(async ({ input }) => {
        await registry.update(input.host, input.draft);
        return {};
      }),
      remove: os.host.remove.handler(async ({ input }) => ({ draft: await registry.remove(input.host) })),
      connect: os.host.connect.handler(({ input }) => {
        link(input.host).connect();
        return {};
      }),
      disconnect: os.host.disconnect.handler(async ({ input }) => {
        await link(input.host).disconnect();
        return {};
      }),
      answer: os.host.answer.handler(async ({ input }) => {
        await link(input.host).answer(input.prompt, input.answer);
        return {};
      }),
      forgetSecrets: os.host.forgetSecrets.handler(async ({ input }) => {
        await registry.forgetSecrets(input.host);
        return {};
      }),
      test: os.host.test.handler(({ input: { draft, host, answers }, signal }) =>
        registry.test(draft, host, answers, signal),
      ),
      sshAliases: os.host.sshAliases.handler(() => registry.sshAliases()),
      traffic: os.host.traffic.handler(({ input }) => link(input.host).traffic()),
    },
  };
}
