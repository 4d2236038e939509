import { DomusError, type HardwareScope } from '../../../api/index.ts';
import type { LiveDomain } from '../../../toolstack/live-domain.ts';
import { fromMachineError } from '../../../toolstack/machine-errors.ts';
import { readGuestConfig } from '../../../toolstack/read-config.ts';
import type { Plugged } from '../../../toolstack/xenbus.ts';
import type { Operation } from '../../operation.ts';
import type { HostContext } from '../context.ts';
import type { Definition } from '../definitions.ts';
import { type Subject, subjectOf } from './subject.ts';

/** Where a change is to be made; null where it is not. */
export interface Places {
  readonly subject: Subject;
  readonly live: LiveDomain | null;
  readonly file: Definition | null;
}

/** A change that was found possible and waits to be made. */
export interface Prepared {
  /** The text of the file afterwards; null: it stays. */
  readonly text: string | null;
  /** What belongs to the configuration but is not in the file. */
  readonly beside?: () => Promise<void>;
  /** In the running domain; null: nothing there. */
  readonly live: ((signal: AbortSignal) => Promise<Plugged | void>) | null;
  /** A sentence for the task. */
  readonly said: string;
}

/** ERROR_INVAL for a domain that is off, or has no (usable) file, when that is to be changed. */
function placesOf(subject: Subject, scope: HardwareScope): Places {
  const { domain, live, definition } = subject;
  if (scope !== 'next' && !live) {
    throw new DomusError('ERROR_INVAL', `${domain.name} is off: nothing of it can change now.`, {
      field: 'scope',
      fix: 'Change it for the next start, or start it first.',
    });
  }
  if (scope !== 'now' && !definition) {
    throw new DomusError(
      'ERROR_NOTFOUND',
      `${domain.name} has no configuration file, so that there is no next start to change.`,
      { field: 'scope' },
    );
  }
  if (scope !== 'now' && definition?.problem) {
    throw new DomusError('ERROR_INVAL', definition.problem, { fix: `Correct ${definition.path} first.` });
  }
  return {
    subject,
    live: scope === 'next' ? null : live,
    file: scope === 'now' ? null : definition,
  };
}

/** Images are `disk` in a file and shared folders `p9`; both are `path` among the settings of a device. */
const pathFields: readonly unknown[] = ['disk', 'p9'];

function inSettings(error: unknown): unknown {
  const known = fromMachineError(error);
  if (!(known instanceof DomusError) || !pathFields.includes(known.field)) return known;
  const { code, message, fix } = known;
  return new DomusError(code, message, { field: 'path', ...(fix === undefined ? {} : { fix }) });
}

/** Makes the live part; a guest that ends meanwhile ends the waiting for it. */
async function liveChange(places: Places, prepared: Prepared, signal: AbortSignal): Promise<Plugged> {
  const { live } = places;
  if (!live || !prepared.live) return { hint: null };
  const gone = new AbortController();
  const forget = live.onExit(({ detail }) =>
    gone.abort(new DomusError('ERROR_FAIL', `${live.config.name} has stopped meanwhile: ${detail}`)),
  );
  try {
    return (await prepared.live(AbortSignal.any([signal, gone.signal]))) ?? { hint: null };
  } finally {
    forget();
  }
}

async function fileChange(host: HostContext, { file, live }: Places, prepared: Prepared): Promise<void> {
  try {
    if (file && prepared.text !== null && prepared.text !== file.text) {
      await host.replaceDefinition(file, prepared.text);
    }
    await prepared.beside?.();
  } catch (error) {
    if (!(error instanceof DomusError) || !live || !prepared.live) throw error;
    throw new DomusError(error.code, `The running domain is changed, its file is not: ${error.message}`);
  }
}

/**
 * Changes a domain's hardware where `scope` says: everything is checked first, then the running domain is changed, then its
 * file. When one fails the next is not done. ERROR_LOCK_FAIL while something else is done to the domain.
 */
export async function carryOut<P extends Prepared>(
  host: HostContext,
  id: string,
  scope: HardwareScope,
  op: Operation,
  prepare: (places: Places) => P | Promise<P>,
): Promise<{ plugged: Plugged; prepared: P }> {
  const { domain } = subjectOf(host, id);
  return domain.exclusive.run('configuring', op.signal, async (signal) => {
    if (scope !== 'now') await host.rescan();
    const places = placesOf(subjectOf(host, id), scope);
    try {
      const prepared = await prepare(places);
      if (places.file && prepared.text !== null) readGuestConfig(prepared.text, places.file.path, host.pcpus);
      const plugged = await liveChange(places, prepared, signal);
      await fileChange(host, places, prepared);
      op.log(prepared.said);
      host.domains.changed(domain);
      return { plugged, prepared };
    } catch (error) {
      throw inSettings(error);
    }
  });
}
