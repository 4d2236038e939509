import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect as connectTo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import ssh2, { type AuthContext, type Connection, type ServerChannel } from 'ssh2';
import { type HostDraft, hostDraft, type HostDraftInput } from '../../engine/api/index.ts';

/**
 * A dom0 that is none: an SSH server in this process which runs what it is told with this computer's shell, where the programs
 * of Xen are scripts that say what a test wants. It answers on a port of 127.0.0.1.
 */
export interface FakeDom0 {
  readonly directory: string;
  readonly port: number;
  /** Of its host key: `SHA256:…`. */
  readonly fingerprint: string;
  /** How to connect to it; its key is known. */
  draft(more?: HostDraftInput): HostDraft;
  /** What `xl WORD …` does: a snippet for sh, the words after WORD in `$@`. */
  xl(word: string, snippet: string): Promise<void>;
  /** Another program of the fake system. */
  program(name: string, snippet: string): Promise<void>;
  /** What runs there from now on. */
  running(...rows: FakeRow[]): Promise<void>;
  /** All commands so far that xl was called with, oldest first. */
  calls(): Promise<string[]>;
  /** Cuts all connections that there are. */
  drop(): void;
  /** Cuts them and listens no more, or listens again on the same port. */
  listen(on: boolean): Promise<void>;
  dispose(): Promise<void>;
}

export interface FakeRow {
  readonly domid: number;
  readonly name: string;
  readonly letters?: string;
  readonly uuid?: string;
}

const uuidOf = (domid: number): string => `00000000-0000-4000-8000-${String(domid).padStart(12, '0')}`;

const heading =
  'Name                                        ID   Mem VCPUs\tState\tTime(s)   UUID                            Reason-Code\tSecurity Label\n';
const lineOf = ({ domid, name, letters = '-b----', uuid = uuidOf(domid) }: FakeRow): string =>
  `${name.padEnd(40)} ${String(domid).padStart(5)} ${domid === 0 ? '  768' : '  128'}     1\t${letters}\t    12.7 ${uuid} -\t            -\n`;

const info = `host                   : fake
release                : 6.1.0
version                : #1 SMP
machine                : x86_64
nr_cpus                : 2
max_cpu_id             : 1
nr_nodes               : 1
cores_per_socket       : 2
threads_per_core       : 1
cpu_mhz                : 2596.131
hw_caps                : 178bf3fd:f6d83203:24500800:00000077:00000005:008801a9:00000000:00000000
virt_caps              : pv hvm
total_memory           : 2047
free_memory            : 1256
xen_major              : 4
xen_minor              : 17
xen_extra              : .7
xen_version            : 4.17.7
xen_scheduler          : credit2
`;

/** Answers to anything by what a test said, else by doing nothing. */
const xlProgram = `#!/bin/sh
echo "$*" >>"$FAKE/calls"
word=$1; shift
if [ -f "$FAKE/xl-$word" ]; then . "$FAKE/xl-$word"; fi
`;

/** `xentop -b` and `xenstore-watch` say little and go on. */
const quiet = 'exec sleep 1000\n';

function fingerprintOf(publicKey: string): string {
  const blob = Buffer.from(publicKey.split(' ')[1] ?? '', 'base64');
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;
}

/** Lets in whoever has the password, or any key where there is none. */
function judge(context: AuthContext, password: string | null): void {
  const wanted = password === null ? 'publickey' : 'password';
  const right =
    context.method === 'publickey' || (context.method === 'password' && context.password === password);
  if (context.method === wanted && right) context.accept();
  else context.reject([wanted]);
}

/** `password`: it lets in by this one, and by no key. */
export async function fakeDom0({ password = null }: { password?: string | null } = {}): Promise<FakeDom0> {
  const directory = await mkdtemp(join(tmpdir(), 'domus-fake-dom0-'));
  const bin = join(directory, 'bin');
  await mkdir(bin);
  const program = async (name: string, snippet: string): Promise<void> => {
    await writeFile(join(bin, name), snippet.startsWith('#!') ? snippet : `#!/bin/sh\n${snippet}`);
    await chmod(join(bin, name), 0o755);
  };
  const xl = (word: string, snippet: string): Promise<void> =>
    writeFile(join(directory, `xl-${word}`), `${snippet}\n`);
  const running = async (...rows: FakeRow[]): Promise<void> => {
    const all = [{ domid: 0, name: 'Domain-0', letters: 'r-----', uuid: uuidOf(0) }, ...rows];
    await writeFile(join(directory, 'running'), heading + all.map(lineOf).join(''));
  };
  await running();
  await writeFile(join(directory, 'info'), info);
  await writeFile(join(directory, 'calls'), '');
  await program('xl', xlProgram);
  await program('xentop', quiet);
  await program('xenstore-watch', quiet);
  await program('xenstore-read', 'echo Domain-0\n');
  await program('xenstore-ls', ':\n');
  // Whoever runs the test is root there.
  await program('id', 'echo 0\n');
  await xl('list', 'if [ "$1" = -v ]; then cat "$FAKE/running"; else echo "[]"; fi');
  await xl('info', 'cat "$FAKE/info"');

  const keys = (): ReturnType<typeof ssh2.utils.generateKeyPairSync> => {
    const pair = ssh2.utils.generateKeyPairSync('ed25519');
    // Now and then it makes one that it cannot read itself.
    return ssh2.utils.parseKey(pair.private) instanceof Error ? keys() : pair;
  };
  const [hostKey, userKey] = [keys(), keys()];
  const identityFile = join(directory, 'id');
  const knownHostsFile = join(directory, 'known_hosts');
  await writeFile(identityFile, userKey.private, { mode: 0o600 });

  const connections = new Set<Connection>();
  const processes = new Set<ChildProcess>();
  const env = { ...process.env, FAKE: directory, PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}` };
  const run = (line: string, channel: ServerChannel): void => {
    const child = spawn('/bin/sh', ['-c', line], { env, detached: true, stdio: 'pipe' });
    processes.add(child);
    channel.pipe(child.stdin);
    child.stdin.on('error', () => undefined);
    child.stdout.pipe(channel, { end: false });
    child.stderr.pipe(channel.stderr, { end: false });
    const kill = (): void => {
      if (child.pid !== undefined && child.exitCode === null)
        try {
          process.kill(-child.pid, 'SIGKILL');
        } catch {
          // It has ended meanwhile.
        }
    };
    channel.on('close', kill);
    child.on('close', (code) => {
      processes.delete(child);
      channel.exit(code ?? 1);
      channel.end();
    });
  };
  const server = new ssh2.Server({ hostKeys: [hostKey.private] }, (connection) => {
    connections.add(connection);
    connection.on('error', () => undefined);
    connection.on('close', () => connections.delete(connection));
    connection.on('authentication', (context) => judge(context, password));
    connection.on('tcpip', (accept, _reject, { destIP, destPort }) => {
      const channel = accept();
      const socket = connectTo(destPort, destIP);
      socket.pipe(channel).pipe(socket);
      socket.on('error', () => channel.end());
      channel.on('close', () => socket.destroy());
    });
    connection.on('session', (accept) => {
      const session = accept();
      session.on('pty', (accepted) => accepted?.());
      session.on('exec', (accepted, _reject, { command }) => run(command, accepted()));
    });
  });
  const listenOn = (port: number): Promise<void> =>
    new Promise((resolve) => server.listen(port, '127.0.0.1', () => resolve()));
  await listenOn(0);
  const { port } = server.address() as AddressInfo;
  const publicKey = hostKey.public.trim().split(' ').slice(0, 2).join(' ');
  await writeFile(knownHostsFile, `[127.0.0.1]:${port} ${publicKey}\n`);
  const drop = (): void => {
    for (const connection of connections) (connection as unknown as { end(): void }).end();
  };

  return {
    directory,
    port,
    fingerprint: fingerprintOf(hostKey.public),
    draft: (more = {}) =>
      hostDraft.parse({
        address: '127.0.0.1',
        port,
        user: 'root',
        identityFile,
        knownHostsFile,
        useSshConfig: false,
        useAgent: false,
        ...more,
      }),
    xl,
    program,
    running,
    calls: async () => (await readFile(join(directory, 'calls'), 'utf8')).split('\n').slice(0, -1),
    drop,
    async listen(on) {
      if (on) return listenOn(port);
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      drop();
      await closed;
    },
    async dispose() {
      drop();
      server.close();
      for (const child of processes) if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      await rm(directory, { recursive: true, force: true });
    },
  };
}
