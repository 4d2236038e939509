import { escapeValue, unescapeValue } from './escape.ts';
import { ls } from './ls.ts';
import { CommandFailure, leadingInteger, type Mode, type ModeContext } from './mode.ts';
import { directory, orUndefined, sentenceOf } from './store-link.ts';

/* The tools xenstore-{read,write,list,ls,exists,rm,chmod,watch} (xenstore reference §3). */

async function read({ link, transactionId, words, options, hold, warn }: ModeContext): Promise<number> {
  for (const path of words) {
    const value = await orUndefined(link.request('READ', `${path}\0`, transactionId));
    if (value === undefined) {
      warn(`couldn't read path ${path}`);
      return 1;
    }
    const prefix = options.has('p') ? `${path}: ` : '';
    hold(prefix + (options.has('R') ? value : `${escapeValue(value)}\n`));
  }
  return 0;
}

async function write({ link, transactionId, words, options, warn }: ModeContext): Promise<number> {
  for (let at = 0; at < words.length; at += 2) {
    const path = words[at] as string;
    const text = words[at + 1] as string;
    const value = options.has('R') ? text : unescapeValue(text);
    const done = await orUndefined(link.request('WRITE', `${path}\0${value}`, transactionId));
    if (done === undefined) {
      warn(`could not write path ${path}`);
      return 1;
    }
  }
  return 0;
}

async function list({ link, transactionId, words, options, hold, warn }: ModeContext): Promise<number> {
  for (const path of words) {
    const names = await orUndefined(directory(link, path, transactionId));
    if (!names) {
      warn(`could not list path ${path}`);
      return 1;
    }
    const prefix = options.has('p') ? `${path}/` : '';
    for (const name of names) hold(`${prefix}${name}\n`);
  }
  return 0;
}

async function exists({ link, transactionId, words }: ModeContext): Promise<number> {
  for (const path of words) {
    if ((await orUndefined(link.request('READ', `${path}\0`, transactionId))) === undefined) return 1;
  }
  return 0;
}

async function rm(context: ModeContext): Promise<number> {
  const { link, transactionId, words, options, warn } = context;
  for (const word of words) {
    for (let path: string | undefined = word; path !== undefined;) {
      if ((await orUndefined(link.request('RM', `${path}\0`, transactionId))) === undefined) {
        warn(`could not remove path ${path}`);
        return 1;
      }
      path = options.has('t') ? await emptyParent(context, path) : undefined;
    }
  }
  return 0;
}

/** The parent of a removed node when nothing is left in it: no value, no children. */
async function emptyParent({ link, transactionId }: ModeContext, path: string): Promise<string | undefined> {
  const slash = path.lastIndexOf('/');
  if (slash < 0) return undefined;
  const parent = path.slice(0, slash);
  const value = await orUndefined(link.request('READ', `${parent}\0`, transactionId));
  if (value !== '') return undefined;
  const names = await orUndefined(directory(link, parent, transactionId));
  return names?.length === 0 ? parent : undefined;
}

async function chmod(context: ModeContext): Promise<number> {
  const [path, ...specs] = context.words;
  const permissions = specs.map((spec) => {
    if (!/^[nrwb]/.test(spec)) {
      throw new CommandFailure(`Invalid permission specification: '${spec.charAt(0)}'`);
    }
    return `${spec.charAt(0)}${leadingInteger(spec.slice(1))}\0`;
  });
  const { options } = context;
  await setPermissions(context, path as string, permissions.join(''), options.has('u'), options.has('r'));
  return 0;
}

async function setPermissions(
  context: ModeContext,
  path: string,
  permissions: string,
  upwards: boolean,
  downwards: boolean,
): Promise<void> {
  const { link, transactionId } = context;
  if (path === '') return;
  await link.request('SET_PERMS', `${path}\0${permissions}`, transactionId).catch((error: unknown) => {
    throw new CommandFailure(`Error occurred setting permissions on '${path}': ${sentenceOf(error)}`);
  });
  if (upwards) {
    const slash = path.lastIndexOf('/');
    if (slash < 0) throw new CommandFailure(`Unable to locate path separator '/' in '${path}'`);
    await setPermissions(context, path.slice(0, slash), permissions, true, false);
  }
  if (!downwards) return;
  for (const name of (await orUndefined(directory(link, path, transactionId))) ?? []) {
    await setPermissions(context, `${path}/${name}`, permissions, false, true);
  }
}

async function watch({ link, words, options, print }: ModeContext): Promise<number> {
  const depth = options.get('d');
  for (const path of words) {
    const payload = `${path}\0${path}\0${depth === undefined ? '' : `${depth}\0`}`;
    if ((await orUndefined(link.request('WATCH', payload))) === undefined) {
      throw new CommandFailure(`Unable to add watch on ${path}\n`);
    }
  }
  const count = options.get('n');
  const wanted = count === undefined || leadingInteger(count) === -1 ? Infinity : leadingInteger(count);
  for (let shown = 0; shown < wanted; shown += 1) print(`${(await link.nextEvent()).path}\n`);
  return 0;
}

const some = (words: readonly string[]): boolean => words.length > 0;
const always = (): boolean => true;
const never = (): boolean => false;

/** By name; `usage` follows the name of the program. */
export const MODES: Readonly<Record<string, Mode>> = {
  read: {
    usage: '[-h] [-p] [-s] [-R] key [...]',
    letters: 'pR',
    accepts: some,
    transactional: (words) => words.length > 1,
    run: read,
  },
  write: {
    usage: '[-h] [-s] [-R] key value [...]',
    letters: 'R',
    accepts: (words) => words.length > 0 && words.length % 2 === 0,
    transactional: (words) => words.length > 2,
    run: write,
  },
  list: { usage: '[-h] [-p] [-s] key [...]', letters: 'p', accepts: some, transactional: always, run: list },
  ls: { usage: '[-h] [-f] [-p] [-s] [path]', letters: 'fp', accepts: always, transactional: never, run: ls },
  exists: {
    usage: '[-h] [-p] [-s] key [...]',
    letters: '',
    accepts: some,
    transactional: always,
    run: exists,
  },
  rm: { usage: '[-h] [-s] [-t] key [...]', letters: 't', accepts: some, transactional: always, run: rm },
  chmod: {
    usage: '[-h] [-u] [-r] [-s] key <mode [modes...]>',
    letters: 'ur',
    accepts: some,
    transactional: always,
    run: chmod,
  },
  watch: { usage: '[-h] [-n NR] key', letters: 'nd', accepts: some, transactional: never, run: watch },
};
