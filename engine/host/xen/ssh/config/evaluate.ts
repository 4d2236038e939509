import { isIP } from 'node:net';
import type { Entry } from './files.ts';
import type { Line, Values } from './lines.ts';
import { type Local, matchTokens, matches, type Runs } from './match.ts';
import { matchesHostLine } from './patterns.ts';
import { configProblem } from './problem.ts';
import { expand } from './tokens.ts';

/** What a command line would say, which counts before any file. */
export interface Asked {
  readonly alias: string;
  readonly user: string | null;
  readonly port: number | null;
  readonly jump: string | null;
}

/** `word`: the first; `words`: all; `each`: the first of every line; `text`: the line as it is. */
const kinds: Readonly<Record<string, 'word' | 'words' | 'each' | 'text'>> = {
  hostname: 'word',
  port: 'word',
  user: 'word',
  identityfile: 'each',
  identitiesonly: 'word',
  identityagent: 'word',
  userknownhostsfile: 'words',
  globalknownhostsfile: 'words',
  hostkeyalias: 'word',
  stricthostkeychecking: 'word',
  proxyjump: 'text',
  proxycommand: 'text',
  proxyusefdpass: 'word',
  tag: 'word',
};

/** Keywords that are looked at; all others say nothing to us. */
export const matters = (keyword: string): boolean =>
  keyword === 'host' || keyword === 'match' || Object.hasOwn(kinds, keyword);

const proxies = ['proxyjump', 'proxycommand'];
const flags = ['yes', 'true', 'no', 'false'];
const legal: Readonly<Record<string, readonly string[]>> = {
  identitiesonly: flags,
  proxyusefdpass: flags,
  stricthostkeychecking: [...flags, 'ask', 'off', 'accept-new'],
};

/**
 * What configuration files say of one host, by ssh_config(5): the first value found counts. `runs` is asked whether a command
 * of `Match exec` succeeds. Rejects with ConnectError for what ssh would refuse.
 */
export async function evaluate(
  files: readonly (readonly Entry[])[],
  asked: Asked,
  local: Local,
  runs: Runs,
): Promise<Values> {
  const evaluation = new Evaluation(asked, local, runs);
  for (const file of files) await evaluation.walk(file);
  if (evaluation.beginFinalPass()) for (const file of files) await evaluation.walk(file);
  return evaluation.values;
}

class Evaluation {
  readonly values = new Map<string, string[]>();
  readonly #asked: Asked;
  readonly #local: Local;
  readonly #runs: Runs;
  #wantsFinal = false;
  #final = false;
  /** What `Host` is compared with. */
  #host: string;

  constructor(asked: Asked, local: Local, runs: Runs) {
    this.#asked = asked;
    this.#local = local;
    this.#runs = runs;
    this.#host = asked.alias;
    if (asked.user !== null) this.values.set('user', [asked.user]);
    if (asked.port !== null) this.values.set('port', [String(asked.port)]);
    // Either of the two says how; of files the other does not count any more.
    if (asked.jump !== null) this.values.set('proxyjump', [asked.jump]).set('proxycommand', ['none']);
  }

  /** `Match final` asks for a second look, by the name that is known now. */
  beginFinalPass(): boolean {
    this.#host = hostName(this.values, this.#asked.alias);
    this.values.set('hostname', [this.#host.replaceAll('%', '%%')]);
    this.#final = true;
    return this.#wantsFinal;
  }

  /** `never`: these lines stand in a section that is about others. */
  async walk(entries: readonly Entry[], never = false): Promise<void> {
    let active = !never;
    for (const entry of entries) {
      if ('include' in entry) {
        for (const file of entry.include) await this.walk(file, never || !active);
      } else if (entry.keyword === 'host') active = !never && matchesHostLine(entry.words, this.#host);
      else if (entry.keyword === 'match') active = await this.#match(entry, never);
      else if (active) this.#take(entry);
    }
  }

  async #match(line: Line, never: boolean): Promise<boolean> {
    const { alias } = this.#asked;
    const result = await matches(line, {
      host: this.#final ? this.#host : expandName(this.values, alias),
      alias,
      user: this.values.get('user')?.[0] ?? this.#local.user,
      tag: this.values.get('tag')?.[0] ?? '',
      final: this.#final,
      runs: never ? null : this.#runs,
      tokens: () =>
        matchTokens(
          this.values,
          alias,
          this.#final ? this.#host : expandName(this.values, alias),
          this.#local,
        ),
      local: this.#local,
    });
    this.#wantsFinal ||= result.wantsFinal;
    return !never && result.matches;
  }

  /** Of ProxyJump and ProxyCommand the first that is found counts; `ProxyJump none` only for itself. */
  #reached(): boolean {
    const jump = this.values.get('proxyjump')?.[0] ?? 'none';
    return this.values.has('proxycommand') || jump.toLowerCase() !== 'none';
  }

  #take({ keyword, rest, words, where }: Line): void {
    const kind = kinds[keyword];
    const found = this.values.get(keyword);
    const [word = ''] = words;
    check(keyword, word, where);
    if (kind === 'each') this.values.set(keyword, [...(found ?? []), word].slice(0, 64));
    else if (found || (proxies.includes(keyword) && this.#reached())) return;
    else if (kind === 'words') this.values.set(keyword, [...words]);
    else this.values.set(keyword, [kind === 'text' ? rest.replace(/^[\s=]+/, '') : word]);
  }
}

function check(keyword: string, word: string, where: string): void {
  const allowed = legal[keyword];
  if (allowed && !allowed.includes(word.toLowerCase()))
    throw configProblem(where, `${keyword} cannot be "${word}"`);
  if (keyword === 'port' && !(/^\d{1,5}$/.test(word) && Number(word) >= 1 && Number(word) <= 65_535)) {
    throw configProblem(where, `"${word}" is no port`);
  }
}

const expandName = (values: Values, alias: string): string => {
  const named = values.get('hostname')?.[0];
  return named === undefined ? alias : expand(named, { h: alias }, 'HostName');
};

/** The computer's own name or address: in small letters, as ssh has it. */
export function hostName(values: Values, alias: string): string {
  const name = expandName(values, alias);
  return isIP(name) === 0 ? name.toLowerCase() : name;
}
