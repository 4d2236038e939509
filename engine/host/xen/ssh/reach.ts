import { lookup } from 'node:dns/promises';
import { connect, isIP, type Socket } from 'node:net';
import { abortReason } from '../../../lib/abort.ts';
import { ConnectError, type Steps } from '../link/steps.ts';
import { asError } from '../shell/text.ts';

const connectMs = 10_000;

type Failure = Error & { code?: string };

function nameProblem(host: string, error: Failure): ConnectError {
  if (error.code === 'EAI_AGAIN') {
    return new ConnectError(
      'name',
      false,
      `The name "${host}" could not be looked up: no name server answers.`,
      "Check this computer's network connection, or use the IP address.",
    );
  }
  return new ConnectError(
    'name',
    false,
    `There is no computer called "${host}": the name has no address.`,
    'Check the spelling, or use the IP address.',
    'ERROR_NOTFOUND',
  );
}

const portProblems: Readonly<Record<string, (where: string) => [string, string]>> = {
  ECONNREFUSED: (where) => [
    `${where} refuses the connection: no SSH server listens on this port.`,
    'Start the SSH server there (sshd), or give the port it listens on.',
  ],
  EHOSTUNREACH: (where) => [
    `There is no way to ${where}.`,
    'Check that it is switched on and on the same network, or use a jump host.',
  ],
  ENETUNREACH: (where) => [
    `This computer has no network that leads to ${where}.`,
    "Check this computer's network connection.",
  ],
  EACCES: (where) => [`This computer may not connect to ${where}.`, 'Check the firewall of this computer.'],
};

function portProblem(where: string, error: Failure): ConnectError {
  const causes = error instanceof AggregateError ? (error.errors as Failure[]) : [error];
  const code = causes.find((each) => each.code !== undefined)?.code ?? '';
  const known = portProblems[code]?.(where);
  const [message, fix] = known ?? [
    `${where} does not answer (${code || error.message}).`,
    'Check that it is switched on, and that no firewall drops the connection.',
  ];
  return new ConnectError('port', false, message, fix);
}

/** A TCP connection, with what was seen on the way. Rejects with ConnectError. */
export async function reach(host: string, port: number, steps: Steps, signal?: AbortSignal): Promise<Socket> {
  steps.begin('name');
  const addresses = isIP(host)
    ? [host]
    : await lookup(host, { all: true }).then(
        (found) => found.map(({ address }) => address),
        (error: Failure) => Promise.reject(nameProblem(host, error)),
      );
  const shown = addresses.slice(0, 4).join(', ');
  steps.saw(isIP(host) ? `${host} is an address.` : `${host} is ${shown}.`);
  steps.begin('port');
  const where = isIP(host) ? `${host}, port ${port},` : `${host} (${shown}), port ${port},`;
  const socket = await open(host, port, where, signal);
  steps.saw(`Port ${port} of ${socket.remoteAddress ?? host} is open.`);
  return socket;
}

function open(host: string, port: number, where: string, signal: AbortSignal | undefined): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true, autoSelectFamily: true });
    const settle = (finish: () => void): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      socket.off('error', onError);
      finish();
    };
    const refuse = (error: Error): void =>
      settle(() => {
        socket.on('error', () => undefined);
        socket.destroy();
        reject(error);
      });
    const onError = (error: Failure): void => refuse(portProblem(where, error));
    const onAbort = (): void => refuse(asError(abortReason(signal)));
    const timer = setTimeout(
      () =>
        refuse(
          portProblem(
            where,
            Object.assign(new Error('no answer'), { code: `no answer within ${connectMs / 1000} s` }),
          ),
        ),
      connectMs,
    );
    socket.once('error', onError);
    socket.once('connect', () => settle(() => resolve(socket)));
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted) onAbort();
  });
}
