import { chmod, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import { type LabId, labId } from '../../api/index.ts';
import { writeFileAtomic } from '../local/atomic-file.ts';
import { tarOf } from './tar.ts';

/**
 * Who a lab is and who may come in. Keys are made here, once per lab, and never part of the image; a lab reads them from
 * a small disk at its start, so that its host key is known before it first answers.
 */
export interface KeyPair {
  /** OpenSSH's format. */
  readonly private: string;
  /** One line: type, key, comment. */
  readonly public: string;
}

export const numberOf = (lab: LabId): number => Number(lab.slice('lab'.length));
export const otherLab = (lab: LabId): LabId => (lab === 'lab1' ? 'lab2' : 'lab1');
/** Address on the wire between labs. */
export const wireAddress = (lab: LabId): string => `10.99.0.${10 + numberOf(lab)}`;

async function keyPair(path: string, comment: string): Promise<KeyPair> {
  const [secret, open] = await Promise.all([
    readFile(path, 'utf8').catch(() => ''),
    readFile(`${path}.pub`, 'utf8').catch(() => ''),
  ]);
  if (secret !== '' && open !== '') return { private: secret, public: open.trim() };
  const made = ssh2.utils.generateKeyPairSync('ed25519', { comment });
  await writeFileAtomic(path, `${made.private.trimEnd()}\n`, { mode: 0o600 });
  await writeFileAtomic(`${path}.pub`, `${made.public.trim()}\n`);
  return { private: `${made.private.trimEnd()}\n`, public: made.public.trim() };
}

export interface Identity {
  /** The private key file with which to get in. */
  readonly keyFile: string;
  readonly client: KeyPair;
  readonly host: KeyPair;
}

export interface Identities {
  readonly of: Readonly<Record<LabId, Identity>>;
  /** With it labs get into each other, for `xl migrate`. */
  readonly wire: KeyPair;
}

/** The keys of all labs, made when they are not there yet. */
export async function identities(directory: string): Promise<Identities> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await chmod(directory, 0o700);
  const of: Partial<Record<LabId, Identity>> = {};
  for (const lab of labId.options) {
    const keyFile = join(directory, lab);
    of[lab] = {
      keyFile,
      client: await keyPair(keyFile, `domus-${lab}`),
      host: await keyPair(join(directory, `${lab}-host`), lab),
    };
  }
  return { of: of as Identities['of'], wire: await keyPair(join(directory, 'wire'), 'domus-wire') };
}

const keyOnly = ({ public: line }: KeyPair): string => line.split(' ').slice(0, 2).join(' ');

/** A line for OpenSSH's known_hosts. */
export const knownHost = ({ of }: Identities, lab: LabId, port: number): string =>
  `[127.0.0.1]:${port} ${keyOnly(of[lab].host)}\n`;

/** The disk that tells a lab who it is: a tar file that its start script unpacks over `/`. */
export function identityDisk({ of, wire }: Identities, lab: LabId): Buffer {
  const { client, host } = of[lab];
  const peers = labId.options.map((peer) => `${peer},${wireAddress(peer)} ${keyOnly(of[peer].host)}\n`);
  return tarOf([
    { name: 'etc/domus-lab/number', mode: 0o644, content: `${numberOf(lab)}\n` },
    { name: 'etc/ssh/ssh_host_ed25519_key', mode: 0o600, content: host.private },
    { name: 'etc/ssh/ssh_host_ed25519_key.pub', mode: 0o644, content: `${host.public}\n` },
    { name: 'root/.ssh/authorized_keys', mode: 0o600, content: `${client.public}\n${wire.public}\n` },
    { name: 'home/admin/.ssh/authorized_keys', mode: 0o600, content: `${client.public}\n` },
    { name: 'root/.ssh/id_ed25519', mode: 0o600, content: wire.private },
    { name: 'root/.ssh/known_hosts', mode: 0o600, content: peers.join('') },
  ]);
}
