import { DomusError } from '../../../api/index.ts';
import { readGuestConfig } from '../../../toolstack/read-config.ts';
import type { Operation } from '../../operation.ts';
import type { XenContext } from '../host-context.ts';
import { withTemporaryFile } from '../host-files.ts';
import { make } from '../making.ts';
import type { Live, XenDomain } from '../model/domain.ts';
import { slowMs } from '../xl.ts';

interface Request {
  readonly text: string;
  readonly source: string;
  readonly paused: boolean;
}

interface Made {
  readonly domain: XenDomain;
  readonly live: Live;
}

const runningAs = (host: XenContext, name: string): Made | null => {
  const domain = host.domains.all.find(({ live }) => live?.row.name === name);
  return domain?.live ? { domain, live: domain.live } : null;
};

/** Never rejects: what went wrong before is what counts; that something is left is the host's warning. */
async function destroyHalf(host: XenContext, name: string, { domid }: Live): Promise<void> {
  try {
    await host.xl.strict(['xl', 'destroy', String(domid)], { timeoutMs: slowMs });
    await host.refresher.now();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    host.warnings.add(`${name} was half made and could not be destroyed: ${why}`);
  }
}

/** Runs an `xl create` or `xl restore` for a domain that is not known here yet. A half-made one goes again. */
export async function makeDomain(
  host: XenContext,
  argv: readonly string[],
  name: string,
  op: Operation,
): Promise<Made> {
  op.progress(argv.slice(0, 2).join(' '));
  const problem = await make(host, name, argv, op);
  const made = runningAs(host, name);
  if (made && !problem) return made;
  if (made) {
    op.log(`Domain ${made.live.domid} was half made; it is destroyed.`);
    await destroyHalf(host, name, made.live);
  }
  if (problem) throw problem;
  throw new DomusError('ERROR_FAIL', `${name} was made and has ended at once.`, {
    fix: 'Its console and the log in /var/log/xen on the host say why.',
  });
}

/**
 * The words behind `xl create` for a text that a file of the host begins: the file and, as xl takes one there, the line that the
 * text has more. null: it is another text.
 */
export function asFile(
  files: readonly { readonly path: string; readonly text: string }[],
  { text, source }: Pick<Request, 'text' | 'source'>,
): string[] | null {
  const known = files.find(({ path }) => path === source)?.text;
  if (known === undefined || !text.startsWith(known)) return null;
  const more = text.slice(known.length);
  const line = more.trim();
  if (line === '') return [source];
  const begins = known === '' || known.endsWith('\n') || more.startsWith('\n');
  return begins && /^[a-z_]\w*=[^\r\n]*$/.test(line) ? [source, line] : null;
}

/**
 * `xl create` of a text. One that is a file of /etc/xen already is created from it, with one more line for this run only if need be;
 * any other from a file that goes again: xl keeps what it needs.
 */
export async function createFromText(
  host: XenContext,
  request: Request,
  op: Operation,
): Promise<{ domain: string; domid: number }> {
  const { text, source, paused } = request;
  const pcpus = Math.max(1, host.facts()?.physical.nrCpus ?? 1);
  const { config, warnings } = readGuestConfig(text, source, pcpus);
  warnings.forEach((warning) => op.log(warning));
  const running = runningAs(host, config.name);
  if (running) {
    throw new DomusError('ERROR_INVAL', `Domain with name "${config.name}" already exists.`, {
      field: 'name',
      fix: `It is running as domid ${running.live.domid}.`,
    });
  }
  const start = async (...words: string[]): Promise<{ domain: string; domid: number }> => {
    const argv = ['xl', 'create', ...(paused ? ['-p'] : []), ...words];
    const { domain, live } = await makeDomain(host, argv, config.name, op);
    op.about(domain.id);
    return { domain: domain.id, domid: live.domid };
  };
  const words = asFile(host.definitions.all, request);
  return words ? start(...words) : withTemporaryFile(host, text, (path) => start(path));
}
