import { open, readdir, stat } from 'node:fs/promises';
import { basename, join, posix } from 'node:path';
import { DomusError, type LogSource } from '../../../api/index.ts';
import { ConsoleReader, type ReaderHost } from '../../../display/console-reader.ts';
import { ByteRing } from '../../../lib/byte-ring.ts';
import type { CancelTimer, Clock } from '../../../lib/clock.ts';
import type { ByteStream } from '../../host.ts';
import type { HostContext } from '../context.ts';
import { fileNamePart } from '../domain-registry.ts';

/** What comes first: the newest part of what there is. */
const pastBytes = 256 * 1024;
const lookEveryMs = 500;
const maxSources = 2000;

const toolstackDirectory = '/var/log/xen';
const consoleDirectory = '/var/log/xen/console';

/** All logs of the host that there are now. `engineLog` is the engine's own file, if any. */
export async function logSources(host: HostContext, engineLog: string | null): Promise<LogSource[]> {
  const hypervisor: LogSource = {
    id: 'hypervisor',
    title: 'xl dmesg',
    kind: 'hypervisor',
    domain: null,
    bytes: host.ring.read().length,
  };
  const engine = engineLog === null ? [] : await fileSources([engineLog], 'engine', () => 'Engine', host);
  const listed = async (directory: string): Promise<string[]> => {
    const names = await readdir(host.stateDir.real(directory)).catch(() => []);
    const logs = names.filter((name) => name.endsWith('.log')).sort();
    return logs.slice(0, maxSources / 2).map((name) => host.stateDir.real(posix.join(directory, name)));
  };
  const toolstack = await fileSources(
    (await listed(toolstackDirectory)).filter((path) => basename(path).startsWith('xl-')),
    'toolstack',
    (name) => `${name}: toolstack`,
    host,
  );
  const consoles = await fileSources(
    (await listed(consoleDirectory)).filter((path) => basename(path).startsWith('guest-')),
    'console',
    (name) => `${name}: console`,
    host,
  );
  return [hypervisor, ...engine, ...toolstack, ...consoles];
}

async function fileSources(
  paths: readonly string[],
  kind: LogSource['kind'],
  title: (name: string) => string,
  host: HostContext,
): Promise<LogSource[]> {
  const found: LogSource[] = [];
  for (const path of paths) {
    const size = await stat(path).then(
      (file) => file.size,
      () => null,
    );
    if (size === null) continue;
    const file = basename(path, '.log');
    const name = file.replace(/^(xl|guest)-/, '');
    const domain = host.domains.all.find((each) => fileNamePart(each.name) === name);
    const id = kind === 'engine' ? 'engine' : `${kind}:${file}`;
    found.push({
      id: id.slice(0, 200),
      title: title(name).slice(0, 200),
      kind,
      domain: domain?.id ?? null,
      bytes: size,
    });
  }
  return found;
}

/** Follows a source from `LogSource.id`. ERROR_NOTFOUND. */
export async function openLog(host: HostContext, engineLog: string | null, id: string): Promise<ByteStream> {
  const { clock } = host.toolstack;
  if (id === 'hypervisor') {
    let offset = 0;
    return new Follower(clock, async () => {
      const { bytes, end } = host.ring.since(offset);
      offset = end;
      return bytes;
    }).reader;
  }
  const source = (await logSources(host, engineLog)).find((each) => each.id === id);
  const [kind = '', file = ''] = id.split(/:(.*)/s);
  const directory = kind === 'console' ? consoleDirectory : toolstackDirectory;
  const path = id === 'engine' ? engineLog : join(host.stateDir.real(directory), `${file}.log`);
  if (!source || path === null)
    throw new DomusError('ERROR_NOTFOUND', `There is no log "${id}".`, { field: 'source' });
  return new Follower(clock, fileTail(path)).reader;
}

/** Reads what was appended since the last call; the first one gives the newest part. Begins anew when the file was rotated. */
function fileTail(path: string): () => Promise<Uint8Array> {
  let inode = -1;
  let position = 0;
  return async () => {
    const file = await open(path, 'r').catch(() => null);
    if (!file) return new Uint8Array(0);
    try {
      const { ino, size } = await file.stat();
      if (inode < 0) position = Math.max(0, size - pastBytes);
      else if (ino !== inode || size < position) position = 0;
      inode = ino;
      const bytes = new Uint8Array(Math.min(size - position, pastBytes));
      const { bytesRead } = await file.read(bytes, 0, bytes.length, position);
      position += bytesRead;
      return bytes.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  };
}

/** One reader of something that grows: asks twice a second while it is read. */
class Follower implements ReaderHost {
  readonly ring = new ByteRing(pastBytes);
  readonly reader = new ConsoleReader(this, 0);
  readonly #clock: Clock;
  readonly #more: () => Promise<Uint8Array>;
  #cancel: CancelTimer = () => {};
  #closed = false;

  constructor(clock: Clock, more: () => Promise<Uint8Array>) {
    this.#clock = clock;
    this.#more = more;
    this.reader.mark(0, { event: 'attached', detail: '' });
    void this.#look();
  }

  /** A log cannot be written to. */
  write(): number {
    return 0;
  }

  leave(): void {
    this.#closed = true;
    this.#cancel();
  }

  async #look(): Promise<void> {
    const bytes = await this.#more().catch(() => new Uint8Array(0));
    if (this.#closed) return;
    if (bytes.length > 0) {
      this.ring.append(bytes);
      this.reader.pump();
    }
    this.#cancel = this.#clock.after(lookEveryMs, () => void this.#look());
  }
}
