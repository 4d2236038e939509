import { DomusError } from '../../api/index.ts';
import type { Operation } from '../operation.ts';
import type { XenContext } from './host-context.ts';
import type { Live } from './model/domain.ts';
import { xlError } from './parse/xl-error.ts';
import { lostMeanwhile } from './shell/shell.ts';
import { slowMs } from './xl.ts';

/** Nobody knows how a command ended that was running when the connection went. */
export const isLost = (error: unknown): boolean =>
  error instanceof DomusError && /connection (was|is|to the host is) lost/.test(error.message);

/**
 * Runs what makes the domain `name` (xl create, xl restore) and reads the host again. Resolves with what went wrong, when something
 * may be left of the domain, or null. Rejects when nobody knows how it ended: that is told when the host is there again.
 */
export async function make(
  host: XenContext,
  name: string,
  argv: readonly string[],
  op: Pick<Operation, 'log' | 'progress'>,
): Promise<DomusError | null> {
  const title = argv.slice(0, 2).join(' ');
  const doubt = (): void => host.uncertain(name, title === 'xl restore' ? 'restored' : 'created');
  const runs = (): Live[] =>
    host.domains.all.flatMap(({ live, name: other }) => (live && other === name ? [live] : []));
  const off = host.changes.on('changed', () => {
    const [live] = runs();
    if (live) op.progress(`Domain ${live.domid} is there; ${title} builds it and connects its devices`);
  });
  const release = host.refresher.leaveOut(name);
  let problem: DomusError | null = null;
  try {
    const { code, stderr } = await host.xl.outcome(argv, { timeoutMs: slowMs });
    if (code !== 0) problem = xlError(title, code, stderr);
    else for (const line of stderr.split('\n')) if (line !== '') op.log(line);
  } catch (error) {
    if (isLost(error)) doubt();
    // What takes too long is ended; something of the domain may be there.
    if (!(error instanceof DomusError && error.code === 'ERROR_TIMEDOUT')) throw error;
    problem = error;
  } finally {
    off();
    release();
  }
  for (const live of runs()) host.refresher.stale(live);
  try {
    await host.refresher.now();
  } catch (error) {
    doubt();
    const lost = error instanceof DomusError && error.code === 'ERROR_NOT_READY';
    throw problem ?? (lost ? lostMeanwhile(title) : error);
  }
  return problem;
}
