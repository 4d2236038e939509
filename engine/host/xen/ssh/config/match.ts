import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import { parseHops } from '../hop.ts';
import { criteriaWords, type Line, type Values } from './lines.ts';
import { matchesList } from './patterns.ts';
import { configProblem } from './problem.ts';
import { expand, type Tokens } from './tokens.ts';

/** Whoever runs this, and where. */
export interface Local {
  readonly user: string;
  readonly home: string;
}

/** Does this command of the person's shell succeed? */
export type Runs = (command: string, where: string) => Promise<boolean>;

interface Situation {
  /** The name so far. */
  readonly host: string;
  readonly alias: string;
  readonly user: string;
  readonly tag: string;
  readonly final: boolean;
  /** null: no command is run. */
  readonly runs: Runs | null;
  readonly tokens: () => Tokens;
  readonly local: Local;
}

interface Result {
  readonly matches: boolean;
  readonly wantsFinal: boolean;
}

const lower = (text: string): string => text.toLowerCase();

/** Criteria that are lists of patterns. */
const lists: Readonly<
  Record<string, (situation: Situation) => [text: string, list: (given: string) => string]>
> = {
  host: ({ host }) => [lower(host), lower],
  originalhost: ({ alias }) => [lower(alias), lower],
  user: ({ user }) => [user, String],
  localuser: ({ local }) => [local.user, String],
  tagged: ({ tag }) => [tag, String],
};

/**
 * Is a `Match` line about this host? All of its criteria must hold; a kind that is not known here never does. Rejects with
 * ConnectError for what ssh would refuse.
 */
export async function matches(line: Line, situation: Situation): Promise<Result> {
  const words = criteriaWords(line);
  if (words.length === 0) throw configProblem(line.where, 'Match says of nothing what it is about');
  let [holds, wantsFinal, before] = [true, false, 0];
  for (let at = 0; at < words.length; at += 1) {
    const negated = words[at]?.startsWith('!') === true;
    const kind = lower(words[at] ?? '').slice(negated ? 1 : 0);
    if (kind === 'all') {
      if (before > 1 || at < words.length - 1) throw configProblem(line.where, 'Match all stands alone');
      holds &&= !negated;
      break;
    }
    before += 1;
    if (kind === 'canonical' || kind === 'final') {
      wantsFinal ||= kind === 'final';
      holds &&= situation.final !== negated;
    } else {
      at += 1;
      const given = words[at];
      if (given === undefined) throw configProblem(line.where, `Match ${kind} says nothing`);
      // A command is run only when all before it holds.
      if (holds) holds = await criterion(kind, given, negated, situation, line.where);
    }
  }
  return { matches: holds, wantsFinal };
}

async function criterion(
  kind: string,
  given: string,
  negated: boolean,
  situation: Situation,
  where: string,
): Promise<boolean> {
  if (kind === 'exec') {
    if (!situation.runs) return false;
    return (await situation.runs(expand(given, situation.tokens(), where), where)) !== negated;
  }
  const list = lists[kind]?.(situation);
  return list !== undefined && matchesList(list[1](given), list[0]) !== negated;
}

/** What `%h` and its like stand for, of what is known of a host (ssh_config(5), TOKENS). */
export function tokensOf(
  host: { host: string; alias: string; port: number; user: string; keyAlias: string | null; jump: string },
  local: Local,
): Tokens {
  const here = hostname();
  const port = String(host.port);
  return {
    C: createHash('sha1').update(`${here}${host.host}${port}${host.user}${host.jump}`).digest('hex'),
    L: here.split('.', 1)[0] ?? here,
    d: local.home,
    h: host.host,
    i: String(process.getuid?.() ?? ''),
    j: host.jump,
    k: host.keyAlias ?? host.alias,
    l: here,
    n: host.alias,
    p: port,
    r: host.user,
    u: local.user,
  };
}

/** Those of `Match exec`: what is known so far. */
export function matchTokens(values: Values, alias: string, host: string, local: Local): Tokens {
  const first = (keyword: string): string | null => values.get(keyword)?.[0] ?? null;
  return tokensOf(
    {
      host,
      alias,
      port: Number(first('port') ?? 22),
      user: first('user') ?? local.user,
      keyAlias: first('hostkeyalias') ?? host,
      jump: parseHops(first('proxyjump') ?? 'none').at(-1)?.alias ?? '',
    },
    local,
  );
}
