import type { DomainRow } from '../../api/dom0.ts';
import { type ErrorCode, errorNumbers } from '../../api/error-number.ts';
import { EngineFailure, type EngineSession } from '../engine-client.ts';
import type { Terminal } from '../terminal.ts';
import type { Programs } from './pipes.ts';
import type { Command, CommandTable, Output } from './program.ts';

/** A file that could not be read; the message is strerror's. */
export class FileProblem extends Error {}

/** Files as Domain-0 sees them: those of the embedded host first, then those of this computer. */
export interface Dom0Files {
  /** `source` is the name for messages and, below /etc/xen, what makes the domain a configured one. Throws FileProblem. */
  read(path: string): Promise<{ readonly text: string; readonly source: string }>;
  exists(path: string): Promise<boolean>;
  /** Relative paths are relative to the working directory. */
  absolute(path: string): string;
}

/** The world of an xl command. */
export interface XlContext {
  /** Which host of the engine: `local` is the embedded one. */
  readonly host: string;
  /** The command as it was typed, for the command mirror. */
  readonly line: string;
  /** One connection for the whole command. Rejects with Exit when no engine runs. */
  engine(): Promise<EngineSession>;
  readonly files: Dom0Files;
  readonly terminal: Terminal;
  /** Loaded when asked for: few commands start other programs. */
  programs(): Promise<Programs>;
  now(): Date;
  sleep(ms: number): Promise<void>;
}

export type Xl = XlContext & Output;

/** Ends a command at once, as C's exit() does; `text` goes to stderr. */
export class Exit extends Error {
  readonly code: number;
  readonly text: string;
  constructor(code: number, text = '') {
    super(text);
    this.code = code;
    this.text = text;
  }
}

/** The number of libxl that a command ends with; what only the engine knows counts as FAIL or INVAL. */
export function libxlNumber(code: ErrorCode): number {
  return errorNumbers[code] ?? errorNumbers[code === 'BAD_REQUEST' ? 'ERROR_INVAL' : 'ERROR_FAIL'];
}

/** A line of libxl's log. The real one has the source position after `error:`; see docs/xl.md. */
export function libxlError(xl: Output, text: string, domid?: number): void {
  const place = domid === undefined || /^Domain \d+:/.test(text) ? '' : `Domain ${domid}:`;
  xl.err(`libxl: error: ${place}${text}\n`);
}

export const clientOf = async (xl: XlContext): Promise<EngineSession['client']> => (await xl.engine()).client;

/** The live domains, Domain-0 first. */
export const liveDomains = async (xl: XlContext): Promise<DomainRow[]> =>
  (await clientOf(xl)).dom0.domains({ host: xl.host });

/** A domain argument; `row` is null when a number names no live domain. */
export interface Found {
  readonly domid: number;
  readonly row: DomainRow | null;
}

/** Digits (also none) are a domid, taken as it is; anything else is a name. Null: no such name. */
export function lookUp(rows: readonly DomainRow[], word: string): Found | null {
  const numeric = /^\d*$/.test(word);
  const domid = numeric ? Math.min(Number(word), 0xffff_ffff) : -1;
  const row = rows.find((one) => (numeric ? one.domid === domid : one.name === word)) ?? null;
  if (row) return { domid: row.domid, row };
  return numeric ? { domid, row: null } : null;
}

/** The domain that a word means; ends the command when there is none (xl-commands §1). */
export async function findDomain(xl: Xl, word = ''): Promise<Found> {
  const found = lookUp(await liveDomains(xl), word);
  if (!found) throw new Exit(1, `${word} is an invalid domain identifier (rc=-6)\n`);
  return found;
}

export type Outcome<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly rc: number };

type Client = EngineSession['client'];

/** Makes a call; a failure is logged as libxl does and comes back as its number. A lost engine ends the command. */
export async function attempt<T>(
  xl: Xl,
  call: (client: Client) => Promise<T>,
  domid?: number,
): Promise<Outcome<T>> {
  try {
    return { ok: true, value: await call(await clientOf(xl)) };
  } catch (error) {
    if (!(error instanceof EngineFailure) || error.code === 'ENGINE_LOST') throw error;
    libxlError(xl, error.message, domid);
    return { ok: false, rc: libxlNumber(error.code) };
  }
}

interface Target {
  readonly host: string;
  readonly domain: string;
  readonly command: string;
}

/** The same for a call on a domain; one that does not exist fails with libxl's sentence for that. */
export async function attemptOn<T>(
  xl: Xl,
  { domid, row }: Found,
  call: (client: Client, target: Target) => Promise<T>,
): Promise<Outcome<T>> {
  if (!row) {
    libxlError(xl, 'Non-existant domain', domid);
    return { ok: false, rc: libxlNumber('ERROR_DOMAIN_NOTFOUND') };
  }
  const target = { host: xl.host, domain: row.id, command: commandLine(xl) };
  return attempt(xl, (client) => call(client, target), domid);
}

/** At most what the contract takes. */
export const commandLine = (xl: XlContext): string => xl.line.slice(0, 2000);

async function guarded(run: () => Promise<number>, xl: Xl): Promise<number> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof Exit) {
      if (error.text !== '') xl.err(error.text);
      return error.code;
    }
    if (error instanceof EngineFailure) {
      xl.err(`xl: ${error.message}\n${error.fix === undefined ? '' : `xl: ${error.fix}\n`}`);
      return 1;
    }
    throw error;
  }
}

/** Commands whose early ends and lost engines have become exit codes. */
export function guard(table: CommandTable<XlContext>): CommandTable<XlContext> {
  const wrap = (command: Command<XlContext>): Command<XlContext> => ({
    ...command,
    run: (args, globals, xl) => guarded(() => command.run(args, globals, xl), xl),
  });
  return Object.fromEntries(Object.entries(table).map(([name, command]) => [name, wrap(command)]));
}
