import { copyName, copyObstacle, copyOfDraft, type DomainDraft, DomusError } from '../api/index.ts';
import type { CreateOptions, Host } from './host.ts';
import type { Operation } from './operation.ts';

export interface CopiesRequest {
  readonly count: number;
  /** The number of the first one. */
  readonly first: number;
}

const listed = (names: readonly string[]): string =>
  names.length === 1
    ? `${names[0]} is there`
    : `${names.slice(0, -1).join(', ')} and ${names.at(-1)} are there`;

/** An operation's own share of the whole: its progress counts from `from` to `to`. */
const within = (op: Operation, name: string, from: number, to: number): Operation => ({
  signal: op.signal,
  progress: (stage, fraction) =>
    op.progress(`${name}: ${stage}`, from + (to - from) * (typeof fraction === 'number' ? fraction : 0)),
  log: (line) => op.log(`${name}: ${line}`),
  about: () => undefined,
});

/**
 * Makes `NAME-first` … one after the other, each whole or not at all. The first that fails ends it: those before stay, and the
 * error says which they are.
 */
export async function createCopies(
  host: Host,
  draft: DomainDraft,
  { count, first }: CopiesRequest,
  options: CreateOptions,
  op: Operation,
): Promise<{ domains: string[] }> {
  const obstacle = copyObstacle(draft);
  if (obstacle) throw new DomusError('ERROR_INVAL', obstacle.message, { field: obstacle.field });
  const domains: string[] = [];
  const names: string[] = [];
  for (let at = 0; at < count; at += 1) {
    op.signal.throwIfAborted();
    const name = copyName(draft.name, first + at);
    try {
      const part = within(op, name, at / count, (at + 1) / count);
      const { domain } = await host.create(copyOfDraft(draft, first + at), options, part);
      domains.push(domain);
      names.push(name);
    } catch (error) {
      throw names.length === 0 ? error : partial(error, name, names, count);
    }
  }
  return { domains };
}

function partial(error: unknown, name: string, names: readonly string[], count: number): unknown {
  if (!(error instanceof DomusError)) return error;
  const { code, message, fix } = error;
  return new DomusError(
    code,
    `${names.length} of ${count} were made: ${listed(names)}. ${name} was not: ${message}`,
    {
      ...(fix === undefined ? {} : { fix }),
    },
  );
}
