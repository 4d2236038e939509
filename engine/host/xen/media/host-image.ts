import { DomusError } from '../../../api/index.ts';
import { type BlockReader, FsError } from '../../../storage/fs/index.ts';
import type { Outcome } from '../shell/shell.ts';
import { asError } from '../shell/text.ts';
import type { XenContext } from '../host-context.ts';

type Access = {
  readonly xl: Pick<XenContext['xl'], 'script'>;
  readonly clock: Pick<XenContext['clock'], 'monotonicNs'>;
};

const blockBytes = 64 * 1024;
/**
 * Blocks that one command fetches: what follows is wanted soon, and on most lines a command costs more than its bytes. More would
 * keep a slow line from others.
 */
const run = 4;
const maxCached = 128;
const sectorBytes = 512;

/** A reading takes no more from the host, and no longer. */
export const maxBytes = 32 * 1024 * 1024;
export const maxMs = 90_000;
const commandMs = 20_000;

/**
 * Blocks `$3` … of `$2` bytes. A device is read past the host's cache: a running guest writes past it, too. What cannot be read is
 * short.
 */
const blocks =
  '{ { [ -b "$1" ] && dd if="$1" iflag=direct bs="$2" skip="$3" count="$4"; } || dd if="$1" bs="$2" skip="$3" count="$4"; } 2>/dev/null | base64';
const readScript = `[ -f "$1" ] || [ -b "$1" ] || { echo GONE; exit 0; }; ${blocks}`;
/** The size on a line of its own ahead of the first blocks. */
const openScript =
  'if [ -f "$1" ]; then stat -L -c %s -- "$1"; elif [ -b "$1" ]; then blockdev --getsize64 "$1"; ' +
  `elif [ -e "$1" ]; then echo OTHER; exit 0; else echo GONE; exit 0; fi; ${blocks}`;

const printed = (bytes: number): number => 2 * bytes + 4096;
const decoded = (text: string): Buffer | null =>
  /^[A-Za-z0-9+/=\s]*$/.test(text) ? Buffer.from(text, 'base64') : null;

/** ERROR_NOTFOUND, ERROR_INVAL or ERROR_FAIL, field `disk`, as for an image of this computer. */
function sizeOf(path: string, said: string, { stderr }: Outcome): number {
  const bytes = /^\d{1,16}$/.test(said) ? Number(said) : null;
  const field = 'disk';
  if (said === 'GONE') throw gone(path);
  if (said === 'OTHER') {
    const message = `${path} is neither a file nor a block device: it cannot be a disk.`;
    throw new DomusError('ERROR_INVAL', message, { field });
  }
  if (bytes === null) {
    const why = stderr === '' ? '' : `: ${stderr.slice(0, 200)}`;
    throw new DomusError('ERROR_FAIL', `The size of ${path} on the host could not be read${why}.`, { field });
  }
  if (bytes >= sectorBytes) return bytes;
  throw new DomusError('ERROR_INVAL', `${path} is empty: it has not even one sector.`, { field });
}

const gone = (path: string): DomusError =>
  new DomusError('ERROR_NOTFOUND', `There is no file ${path} on the host.`, {
    field: 'disk',
    fix: 'Choose another file, or create the image first.',
  });

/** A file or a block device of the host, read over its shell, never written. */
export class HostImage implements BlockReader {
  readonly size: number;
  /** What ended the reading (a lost connection, the caller, time, a file that changed): the same for every read after it. */
  problem: Error | null = null;
  readonly #host: Access;
  readonly #path: string;
  readonly #signal: AbortSignal | undefined;
  readonly #endNs: number;
  readonly #blocks = new Map<number, Uint8Array>();
  #bytesLeft = maxBytes;

  private constructor(host: Access, path: string, size: number, signal: AbortSignal | undefined) {
    this.size = size;
    this.#host = host;
    this.#path = path;
    this.#signal = signal;
    this.#endNs = host.clock.monotonicNs() + maxMs * 1e6;
  }

  /** Rejects as `sizeOf`, as a command of the host does, and with the signal's reason. */
  static async open(host: Access, path: string, signal?: AbortSignal): Promise<HostImage> {
    const args = [path, String(blockBytes), '0', String(run)];
    const options = { timeoutMs: commandMs, maxBytes: printed(run * blockBytes), signal };
    const answer = await host.xl.script(`opening ${path}`, openScript, args, options);
    const [said = ''] = answer.stdout.split('\n', 1);
    const image = new HostImage(host, path, sizeOf(path, said, answer), signal);
    const first = decoded(answer.stdout.slice(said.length));
    if (first?.length === Math.min(run * blockBytes, image.size)) image.#keep(0, first);
    return image;
  }

  /** Rejects with FsError `too-large` behind `maxBytes`, else with `problem`. */
  async read(offset: number, length: number): Promise<Uint8Array> {
    const out = new Uint8Array(length);
    for (let done = 0; done < length;) {
      const at = offset + done;
      const start = at % blockBytes;
      const block = await this.#block((at - start) / blockBytes);
      const part = block.subarray(start, start + length - done);
      if (part.length === 0) throw this.#ends(this.#changed());
      out.set(part, done);
      done += part.length;
    }
    return out;
  }

  async #block(index: number): Promise<Uint8Array> {
    const known = this.#blocks.get(index);
    if (!known) {
      let count = 1;
      while (count < run && (index + count) * blockBytes < this.size && !this.#blocks.has(index + count))
        count += 1;
      const bytes = await this.#fetch(index, count);
      this.#keep(index, bytes);
      return bytes.subarray(0, blockBytes);
    }
    this.#blocks.delete(index);
    this.#blocks.set(index, known);
    return known;
  }

  /** Blocks from `index` on; those that were not used for longest go. */
  #keep(index: number, bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += blockBytes)
      this.#blocks.set(index + at / blockBytes, bytes.subarray(at, at + blockBytes));
    const spare = Math.max(0, this.#blocks.size - maxCached);
    for (const oldest of [...this.#blocks.keys()].slice(0, spare)) this.#blocks.delete(oldest);
  }

  async #fetch(index: number, count: number): Promise<Uint8Array> {
    if (this.problem) throw this.problem;
    const expected = Math.min(count * blockBytes, this.size - index * blockBytes);
    this.#bytesLeft -= expected;
    if (this.#bytesLeft < 0)
      throw new FsError('too-large', `more than ${maxBytes / 2 ** 20} MiB of it would have to be read`);
    const leftMs = (this.#endNs - this.#host.clock.monotonicNs()) / 1e6;
    if (leftMs <= 0) throw this.#ends(this.#tooSlow());
    const args = [this.#path, String(blockBytes), String(index), String(count)];
    const options = {
      timeoutMs: Math.ceil(Math.min(commandMs, leftMs)),
      maxBytes: printed(expected),
      signal: this.#signal,
    };
    const { stdout } = await this.#host.xl
      .script(`reading ${this.#path}`, readScript, args, options)
      .catch((error: unknown) => {
        throw this.#ends(asError(error));
      });
    if (stdout.startsWith('GONE')) throw this.#ends(gone(this.#path));
    const bytes = decoded(stdout);
    if (bytes?.length !== expected) throw this.#ends(this.#changed());
    return bytes;
  }

  #ends(problem: Error): Error {
    return (this.problem ??= problem);
  }

  #changed(): DomusError {
    return new DomusError('ERROR_FAIL', `${this.#path} could not be read to its end on the host.`, {
      field: 'disk',
      fix: 'Was it changed meanwhile? Else its disk may be damaged: dmesg on the host says.',
    });
  }

  #tooSlow(): DomusError {
    const message = `Reading ${this.#path} on the host took more than ${maxMs / 1000} s.`;
    return new DomusError('ERROR_TIMEDOUT', message, { fix: 'Is the line slow, or the host very busy?' });
  }
}
