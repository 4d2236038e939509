import { maxDataBytes } from '../../../api/channel.ts';
import { EngineFailure, type RawChannel } from '../../engine-client.ts';
import { attempt, clientOf, commandLine, libxlError, libxlNumber, type Xl } from '../context.ts';
import type { Options } from '../getopt.ts';
import { has } from '../given.ts';
import { BrokenPipe, type BytePipe, PipeReader } from '../pipes.ts';
import {
  banner,
  bytesOf,
  expectMessage,
  goMessage,
  headerInfo,
  readyMessage,
  reportMessage,
  truncated,
} from './migrate-words.ts';
import { usage } from './usage.ts';

const source = '<incoming migration stream>';
/** Of an xl header: with fewer there is nothing to judge. */
const headerBytes = 48;

/** Passes a stream on to the engine, as its credit allows. */
class Inlet {
  readonly #channel: RawChannel;
  #credit = 0;
  #wake = (): void => {};
  #open = true;
  passed = 0;

  constructor(channel: RawChannel) {
    this.#channel = channel;
    channel.onFrame((frame) => {
      if (frame.type !== 'credit') return;
      this.#credit += frame.bytes;
      this.#wake();
    });
    void channel.closed.then(() => {
      this.#open = false;
      this.#wake();
    });
  }

  /** Reads until `enough`, or to the end of the stream, which it tells the engine; true then. */
  async pump(reader: PipeReader, enough: Promise<unknown>): Promise<boolean> {
    const stop = enough.then(
      () => 'stop' as const,
      () => 'stop' as const,
    );
    for (;;) {
      const more = await Promise.race([stop, reader.ready()]);
      if (more === 'stop') return false;
      if (!more) {
        this.#channel.close();
        return true;
      }
      await Promise.race([stop, this.#send(reader.takeReady())]);
    }
  }

  async #send(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length && this.#open;) {
      if (this.#credit === 0) {
        await new Promise<void>((resolve) => (this.#wake = resolve));
        continue;
      }
      const piece = bytes.subarray(at, at + Math.min(this.#credit, maxDataBytes));
      this.#credit -= piece.length;
      at += piece.length;
      this.passed += piece.length;
      await this.#channel.send({ type: 'data', bytes: piece });
    }
  }
}

interface Job {
  readonly xl: Xl;
  readonly pipe: BytePipe;
  readonly reader: PipeReader;
  readonly session: string;
}

function failed(xl: Xl, rc: number): number {
  xl.err(`migration target: Domain creation failed (code ${rc}).\n`);
  return 1;
}

/** What xl says of the header once it is there; the exit code when it is none. */
async function announce({ xl, session }: Job, tooShort: () => boolean): Promise<number | null> {
  const client = await clientOf(xl);
  try {
    const header = await client.migrate.header({ session });
    xl.err(`Loading new save file ${source} (new xl fmt ${headerInfo(header)})\n`);
    xl.err(' Savefile contains xl domain config in JSON format\n');
    xl.err('Parsing config from <saved>\n');
    return null;
  } catch (error) {
    if (!(error instanceof EngineFailure) || error.code === 'ENGINE_LOST') throw error;
    if (tooShort()) {
      truncated(xl, 'header', source);
      return 1;
    }
    xl.err(`${error.message}\n`);
    return failed(xl, libxlNumber('ERROR_INVAL'));
  }
}

/** The domain as far as the pause before its first instruction here; the exit code when that fails. */
async function build(job: Job, ticket: string): Promise<number | null> {
  const { xl, reader, session } = job;
  const channel = await (await xl.engine()).openChannel(ticket);
  const inlet = new Inlet(channel);
  const client = await clientOf(xl);
  const received = client.migrate.received({ session });
  const pumping = inlet.pump(reader, received);
  const refused = await announce(job, () => inlet.passed < headerBytes);
  if (refused !== null) return refused;
  const built = await attempt(xl, () => received);
  await pumping;
  return built.ok ? null : failed(xl, built.rc);
}

async function permit({ xl, reader, session }: Job, paused: boolean): Promise<number> {
  if (!(await expectMessage(xl, reader, goMessage, 'GO message'))) return 1;
  xl.err('migration target: Got permission, starting domain.\n');
  const taken = await attempt(xl, (client) => client.migrate.take({ session, paused }));
  if (!taken.ok) return taken.rc;
  xl.err('migration target: Domain started successsfully.\n');
  return 0;
}

/** Tells the source how it went; a copy that does not run is destroyed before the source may go on with its own. */
async function report(job: Job, rc: number): Promise<number> {
  const { xl, pipe, session } = job;
  await pipe.write(bytesOf(reportMessage));
  await pipe.write(Uint8Array.of(-rc & 0xff));
  if (rc === 0) return 0;
  xl.err('migration target: Failure, destroying our copy.\n');
  const dropped = await attempt(xl, (client) => client.migrate.drop({ session }));
  if (!dropped.ok) {
    xl.err(`migration target: Failed to destroy our copy (code ${dropped.rc}).\n`);
    return 1;
  }
  xl.err('migration target: Cleanup OK, granting sender permission to resume.\n');
  await pipe.write(bytesOf(goMessage));
  return 0;
}

async function converse(job: Job, ticket: string, paused: boolean): Promise<number> {
  const { xl, pipe } = job;
  const code = await build(job, ticket);
  if (code !== null) return code;
  xl.err('migration target: Transfer complete, requesting permission to start domain.\n');
  await pipe.write(bytesOf(readyMessage));
  return report(job, await permit(job, paused));
}

/** `xl migrate-receive`: the other end of `xl migrate`, on standard input and output. */
export async function migrateReceive(args: Options, xl: Xl): Promise<number> {
  if (args.positionals.length > 0) {
    usage(xl, 'migrate-receive');
    return 1;
  }
  await clientOf(xl);
  const pipe = (await xl.programs()).own();
  xl.err('migration target: Ready to receive domain.\n');
  if (has(args, 'r') || has(args, 'colo')) {
    libxlError(xl, 'restoring a checkpointed stream: Function not implemented');
    return failed(xl, libxlNumber('ERROR_NI'));
  }
  try {
    await pipe.write(bytesOf(banner));
    const opened = await attempt(xl, (client) =>
      client.migrate.receive({ host: xl.host, command: commandLine(xl) }),
    );
    if (!opened.ok) return failed(xl, opened.rc);
    const { session, ticket } = opened.value;
    return await converse({ xl, pipe, reader: new PipeReader(pipe), session }, ticket, has(args, 'p'));
  } catch (error) {
    if (!(error instanceof BrokenPipe)) throw error;
    libxlError(xl, 'writing to migration ack stream: Broken pipe');
    return 1;
  }
}
