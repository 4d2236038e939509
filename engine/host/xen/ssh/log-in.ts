import type { Socket } from 'node:net';
import ssh2, { type ServerHostKeyAlgorithm } from 'ssh2';
import { abortReason } from '../../../lib/abort.ts';
import type { Ask } from '../link/question.ts';
import { ConnectError, type Steps } from '../link/steps.ts';
import { asError, clean } from '../shell/text.ts';
import { Authentication } from './authentication.ts';
import { SshConnection } from './connection.ts';
import { type HostKeyFile, HostKeys } from './host-keys.ts';
import { reachThrough } from './proxy-command.ts';
import { reach } from './reach.ts';
import type { SshHome } from './home.ts';
import type { SshSettings } from './settings.ts';
import type { Signer } from './signing.ts';

export interface ConnectOptions {
  readonly settings: SshSettings;
  /** Where a ProxyCommand runs. */
  readonly home: SshHome;
  readonly ask: Ask;
  readonly signer: Signer;
  readonly hostKeyFile: HostKeyFile;
  readonly steps: Steps;
  readonly signal?: AbortSignal;
  /** Default: 5 s. */
  readonly keepaliveMs?: number | undefined;
}

/** The other side has this long for each of its turns; the person has as long as they like. */
const turnMs = 20_000;
/** A connection that says nothing is asked so often, and is lost when it has not answered that many times. */
const keepaliveMs = 5000;
const keepaliveMisses = 4;
const rsaAlgorithms: ServerHostKeyAlgorithm[] = ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa'];
const supportedKeys: ServerHostKeyAlgorithm[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
];

/** Connects and logs in, through jump hosts where there are some. Rejects with ConnectError or the signal's reason. */
export async function connectSsh(options: ConnectOptions): Promise<SshConnection> {
  const { settings, steps } = options;
  const [via, ...rest] = [...settings.jumps].reverse();
  if (!via) return logIn(options, await reachFirst(options), null);
  const below = await connectSsh({ ...options, settings: { ...via, jumps: rest.reverse() } });
  try {
    steps.begin('port');
    const stream = await below.dial(settings.host, settings.port).catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      throw new ConnectError(
        'port',
        false,
        `The jump host ${via.host} does not reach ${settings.host}, port ${settings.port}: ${why}`,
        'Check name and port as seen from the jump host, and that it allows forwarding.',
      );
    });
    steps.saw(`${via.host} reaches port ${settings.port} of ${settings.host}.`);
    // ssh2 asks no more of it than a duplex stream has.
    return await logIn(options, stream as Socket, below);
  } catch (error) {
    below.end();
    throw error;
  }
}

/** The computer that nothing of ours stands before. */
async function reachFirst({ settings, home, steps, signal }: ConnectOptions): Promise<Socket> {
  const { host, port, proxyCommand } = settings;
  if (proxyCommand === null) return reach(host, port, steps, signal);
  // As with a jump host's stream: ssh2 asks no more of it than a duplex stream has.
  return (await reachThrough({ ...settings, proxyCommand }, home, steps, signal)) as Socket;
}

/** Failures of ssh2 by what they say. */
function protocolProblem(
  error: Error & { level?: string },
  settings: SshSettings,
  step: 'hostKey' | 'authentication',
): ConnectError {
  const where = `${settings.host}, port ${settings.port}`;
  const said = clean(error.message, 300);
  if (/identification|before handshake|handshake.*timed|protocol version/i.test(error.message)) {
    return new ConnectError(
      'port',
      false,
      `Something answers on ${where}, but it is not an SSH server (${said}).`,
      'Give the port its SSH server listens on.',
    );
  }
  if (/no matching/i.test(error.message)) {
    return new ConnectError(
      'hostKey',
      true,
      `${where} and Domus have no way of encryption in common (${said}).`,
      'Update the SSH server of the host.',
    );
  }
  if (/too many authentication failures/i.test(error.message)) {
    return new ConnectError(
      'authentication',
      true,
      `${settings.host} closed the connection after too many keys were offered.`,
      'Choose the key file of this host, and say IdentitiesOnly yes in your ssh configuration.',
    );
  }
  return new ConnectError(
    step,
    false,
    `The connection to ${where} broke off (${said}).`,
    'It is tried again by itself; the log of sshd on the host may say why.',
  );
}

async function logIn(
  options: ConnectOptions,
  socket: Socket,
  below: SshConnection | null,
): Promise<SshConnection> {
  const { settings, steps, signal, ask, signer, hostKeyFile } = options;
  steps.begin('hostKey');
  const hostKeys = new HostKeys(settings, hostKeyFile, ask);
  const types = await hostKeys.load();
  const authentication = new Authentication(settings, signer, ask);
  const client = new ssh2.Client();
  return new Promise<SshConnection>((resolve, reject) => {
    let step: 'hostKey' | 'authentication' = 'hostKey';
    let waitingForKey = false;
    let idleMs = 0;
    const beat = setInterval(() => {
      idleMs = authentication.waitsForPerson || waitingForKey ? 0 : idleMs + 1000;
      if (idleMs >= turnMs)
        fail(protocolProblem(new Error('handshake timed out: no answer'), settings, step));
    }, 1000);
    const settle = (): void => {
      clearInterval(beat);
      signal?.removeEventListener('abort', onAbort);
    };
    const fail = (error: Error): void => {
      settle();
      client.on('error', () => undefined);
      client.destroy();
      socket.destroy();
      reject(error);
    };
    const onAbort = (): void => fail(asError(abortReason(signal)));
    signal?.addEventListener('abort', onAbort, { once: true });
    client.on('error', (error: Error & { level?: string }) => {
      if (error.level === 'agent') return;
      fail(
        error.level === 'client-authentication'
          ? authentication.failure()
          : protocolProblem(error, settings, step),
      );
    });
    client.on('close', () => fail(protocolProblem(new Error('the other side closed it'), settings, step)));
    client.on('ready', () => {
      settle();
      client.removeAllListeners('error');
      client.removeAllListeners('close');
      steps.saw(`${settings.user} is logged in on ${settings.host} ${authentication.how}.`);
      resolve(new SshConnection(client, socket, below));
    });
    const verify = (key: Buffer, done: (ok: boolean) => void): void => {
      waitingForKey = true;
      idleMs = 0;
      hostKeys.check(key).then(
        () => {
          waitingForKey = false;
          steps.saw(hostKeys.saw);
          steps.begin('authentication');
          step = 'authentication';
          done(true);
        },
        (error: unknown) => fail(asError(error)),
      );
    };
    client.connect({
      sock: socket,
      username: settings.user,
      readyTimeout: 0,
      keepaliveInterval: options.keepaliveMs ?? keepaliveMs,
      keepaliveCountMax: keepaliveMisses,
      algorithms: { serverHostKey: { prepend: preferred(types), append: [], remove: [] } },
      hostVerifier: verify,
      authHandler: (left, _partial, next) => {
        idleMs = 0;
        authentication.next(left, next);
      },
    });
  });
}

/** Kinds of host keys to ask for first: those that are known, as ssh does. */
const preferred = (types: readonly string[]): ServerHostKeyAlgorithm[] =>
  types.flatMap((type) =>
    type === 'ssh-rsa' ? rsaAlgorithms : supportedKeys.filter((supported) => supported === type),
  );
