import { DomusError } from '../../../api/index.ts';
import { readGuestConfig } from '../../../toolstack/read-config.ts';
import type { Operation } from '../../operation.ts';
import type { XenContext } from '../host-context.ts';
import { withTemporaryFile } from '../host-files.ts';
import type { Live, XenDomain } from '../model/domain.ts';
import { xlError } from '../parse/xl-error.ts';
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

/** Runs an `xl create` or `xl restore` for a domain that is not known here yet. A half-made one goes again. */
export async function makeDomain(
  host: XenContext,
  argv: readonly string[],
  name: string,
  op: Operation,
): Promise<Made> {
  const title = argv.slice(0, 2).join(' ');
  op.progress(title);
  const { code, stderr } = await host.xl.outcome(argv, { timeoutMs: slowMs });
  await host.refresher.now();
  const made = runningAs(host, name);
  if (code === 0 && made) return made;
  if (made) {
    op.log(`Domain ${made.live.domid} was half made; it is destroyed.`);
    await host.xl.outcome(['xl', 'destroy', String(made.live.domid)], { timeoutMs: slowMs });
    await host.refresher.now();
  }
  if (code !== 0) throw xlError(title, code, stderr);
  throw new DomusError('ERROR_FAIL', `${name} was made and has ended at once.`, {
    fix: 'Its console and the log in /var/log/xen on the host say why.',
  });
}

/**
 * `xl create` of a text. One that is a file of /etc/xen already is created from it; any other from a file that goes again: xl
 * keeps what it needs.
 */
export async function createFromText(
  host: XenContext,
  { text, source, paused }: Request,
  op: Operation,
): Promise<{ domain: string; domid: number }> {
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
  const make = async (path: string): Promise<{ domain: string; domid: number }> => {
    const argv = ['xl', 'create', ...(paused ? ['-p'] : []), path];
    const { domain, live } = await makeDomain(host, argv, config.name, op);
    op.about(domain.id);
    return { domain: domain.id, domid: live.domid };
  };
  const known = host.definitions.all.find((each) => each.path === source && each.text === text);
  return known ? make(known.path) : withTemporaryFile(host, text, make);
}
