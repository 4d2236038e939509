import type { HostDraft } from '../../../api/index.ts';
import type { Clock } from '../../../lib/clock.ts';
import { LocalTransport } from '../shell/local-transport.ts';
import { Shell } from '../shell/shell.ts';
import { noSudo, type Sudo, SudoWithPassword } from '../shell/sudo.ts';
import type { Traffic } from '../shell/transport.ts';
import { connectSsh, type ConnectOptions } from '../ssh/log-in.ts';
import { type SshHome, sshHome } from '../ssh/home.ts';
import { resolveSettings, type SshSettings } from '../ssh/settings.ts';
import type { Signer } from '../ssh/signing.ts';
import { SshTransport } from '../ssh/ssh-transport.ts';
import { probe, type XenFacts } from './probe.ts';
import type { Ask } from './question.ts';
import { noSteps, type Steps } from './steps.ts';

/** A host that is reached and whose toolstack works. */
export interface Session {
  readonly shell: Shell;
  readonly facts: XenFacts;
  traffic(): Traffic;
  /** Calls at once when it is lost already. */
  onLost(listener: (error: Error) => void): void;
  end(): void;
}

/** What sessions are made with. */
export interface SessionMaker {
  readonly signer: Signer;
  /** Our own known_hosts; null: there is none. */
  readonly hostKeyFile: string | null;
  /** Default: accepted keys are added to it. */
  readonly keepHostKeys?: boolean;
  readonly clock: Clock;
  /** Default: of the person who runs this. */
  readonly home?: SshHome;
  /** How often a silent connection is asked whether it is there; see ConnectOptions. */
  readonly keepaliveMs?: number;
}

export interface SessionRequest {
  readonly draft: HostDraft;
  readonly ask: Ask;
  readonly steps: Steps;
  readonly signal: AbortSignal;
}

const neverAgain: Ask = async () => null;

/** `root@xen1:2222 via gateway`, as a draft says it; what the ssh configuration adds is seen when connecting. */
export function targetOf(draft: HostDraft): string {
  if (draft.transport === 'local') return 'this computer';
  const { user, address, port, jump } = draft;
  return `${user === null ? '' : `${user}@`}${address}${port === null ? '' : `:${port}`}${jump === null ? '' : ` via ${jump}`}`.slice(
    0,
    600,
  );
}

/** Connects, and looks whether all is there. Rejects with ConnectError, another DomusError, or the signal's reason. */
export async function openSession(maker: SessionMaker, request: SessionRequest): Promise<Session> {
  const { draft, ask, steps, signal } = request;
  const reached = draft.transport === 'local' ? here(steps) : await overSsh(maker, request);
  try {
    const shell = new Shell(reached.transport, sudoOf(draft, reached.who, ask), maker.clock);
    const facts = await probe(shell, draft, steps, maker.clock.wallMs(), signal);
    return {
      shell,
      facts,
      traffic: () => reached.transport.traffic(),
      onLost: (listener) => reached.onLost(listener),
      end: () => reached.end(),
    };
  } catch (error) {
    reached.end();
    throw error;
  }
}

interface Reached {
  readonly transport: SshTransport | LocalTransport;
  /** `user@host`, for questions. */
  readonly who: string;
  onLost(listener: (error: Error) => void): void;
  end(): void;
}

function here(steps: Steps): Reached {
  for (const step of ['name', 'port', 'hostKey', 'authentication'] as const) {
    steps.begin(step);
    steps.saw('This computer itself: no connection is needed.');
  }
  const transport = new LocalTransport();
  return { transport, who: 'this computer', onLost: () => undefined, end: () => transport.close() };
}

async function overSsh(
  { signer, hostKeyFile, keepHostKeys = true, home = sshHome(), keepaliveMs }: SessionMaker,
  request: SessionRequest,
): Promise<Reached> {
  const { ask, steps, signal } = request;
  steps.begin('name');
  const settings = await resolveSettings(request.draft, home, signal);
  const options: ConnectOptions = {
    settings,
    home,
    ask,
    signer,
    hostKeyFile: { path: hostKeyFile, keep: keepHostKeys },
    steps,
    signal,
    keepaliveMs,
  };
  const first = await connectSsh(options);
  const again: ConnectOptions = {
    settings,
    home,
    ask: answered(ask),
    signer,
    hostKeyFile: { path: hostKeyFile, keep: keepHostKeys },
    steps: noSteps,
    keepaliveMs,
  };
  const transport = new SshTransport(first, () => connectSsh(again));
  return {
    transport,
    who: who(settings),
    onLost: (listener) => transport.onLost(listener),
    end: () => transport.end(),
  };
}

const who = ({ user, host }: SshSettings): string => `${user}@${host}`;

/** Further connections of a session use what was answered for the first; nobody is asked in the middle of something. */
const answered =
  (ask: Ask): Ask =>
  (question) =>
    question.keep && !question.again ? ask(question) : neverAgain(question);

function sudoOf(draft: HostDraft, target: string, ask: Ask): Sudo {
  if (!draft.sudo) return noSudo;
  return new SudoWithPassword(async (again) => {
    const answer = await ask({
      key: `sudo:${target}`,
      kind: 'sudo',
      message: again
        ? `sudo did not take that password. Try again: the password of ${target}.`
        : `sudo on the host asks for the password of ${target}.`,
      fields: [{ label: 'Password', secret: true }],
      hostKey: null,
      again,
      keep: true,
    });
    return answer?.[0] ?? null;
  });
}
