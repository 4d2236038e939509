import { join } from 'node:path';
import type { HostDraft } from '../../api/index.ts';
import { systemClock } from '../../lib/clock.ts';
import type { RemoteHost, RemoteHosts } from '../registry/registry.ts';
import { examine } from './doctor.ts';
import { Answers } from './link/answers.ts';
import { SystemKeyring, type Secrets } from './link/secret-store.ts';
import type { SessionMaker } from './link/session.ts';
import { sshHome, type SshHome } from './ssh/home.ts';
import { sshAliases } from './ssh/settings.ts';
import type { Signer } from './ssh/signing.ts';
import type { XenTiming } from './host-context.ts';
import { XenHost } from './xen-host.ts';

export { signerWith } from './ssh/signing-thread.ts';

export interface XenWorld {
  /** The engine's own directory: accepted host keys are kept in its `known_hosts`. */
  readonly stateDirectory: string;
  readonly signer: Signer;
  readonly secrets?: Secrets;
  readonly home?: SshHome;
  readonly timing?: Partial<XenTiming>;
  /** See SessionMaker. */
  readonly keepaliveMs?: number;
  readonly log?: (level: 'info' | 'warn' | 'error', text: string) => void;
}

class RememberedXenHost extends XenHost implements RemoteHost {
  readonly #answers: Answers;

  constructor(options: ConstructorParameters<typeof XenHost>[0]) {
    super(options);
    this.#answers = options.answers;
  }

  forgetSecrets(): Promise<void> {
    return this.#answers.forget();
  }
}

/** Real Xen hosts, for the registry. */
export function xenHosts(world: XenWorld): RemoteHosts {
  const { signer, secrets = new SystemKeyring(), home = sshHome(), timing, keepaliveMs, log } = world;
  const hostKeyFile = join(world.stateDirectory, 'known_hosts');
  const maker: SessionMaker = {
    signer,
    hostKeyFile,
    clock: systemClock,
    home,
    ...(keepaliveMs !== undefined && { keepaliveMs }),
  };
  return {
    async make({ id, draft, kept }, sink, onKept) {
      let host: RememberedXenHost | null = null;
      const answers = new Answers({
        host: id,
        secrets,
        kept,
        onKept,
        onChange: () => host?.answersChanged(),
      });
      host = new RememberedXenHost({
        id,
        draft,
        sink,
        maker,
        answers,
        ...(timing && { timing }),
        ...(log && { log }),
      });
      return host;
    },
    examine: (draft: HostDraft, host, answers, signal) =>
      examine(maker, {
        draft,
        answers,
        kept: async (key) => (host?.kept.includes(key) ? secrets.get(`${host.id}:${key}`) : null),
        signal,
      }),
    sshAliases: () => sshAliases(home),
    secretStore: () => secrets.state(),
  };
}
