import { constants } from 'node:os';
import { isStoreFailure, sentenceOf, type StoreLink } from './store-link.ts';
import type { CommandWorld } from './world.ts';

/**
 * `xenstore-control COMMAND [ARG…]`: sends it and prints the answer. Exit codes as Debian's: 2 without a command, 3
 * when the store refuses, 1 when it cannot be reached.
 */
export async function control(
  program: string,
  words: readonly string[],
  world: CommandWorld,
): Promise<number> {
  if (words.length === 0) {
    world.err(`Usage:\n${program} <command> [<arg>...]\n`);
    return 2;
  }
  let link: StoreLink;
  try {
    link = await world.open();
  } catch {
    world.err('Failed to contact Xenstored.\n');
    return 1;
  }
  try {
    return await ask(link, words, world);
  } finally {
    link.close();
  }
}

const send = (link: StoreLink, words: readonly string[]): Promise<string> =>
  link.request('CONTROL', words.map((word) => `${word}\0`).join(''));

/** A reply's text ends at its first NUL. */
const textOf = (payload: string): string => payload.split('\0', 1)[0] as string;

async function ask(link: StoreLink, words: readonly string[], world: CommandWorld): Promise<number> {
  try {
    world.out(`${textOf(await send(link, words))}\n`);
    return 0;
  } catch (error) {
    if (!isStoreFailure(error)) {
      world.err(`${sentenceOf(error)}\n`);
    } else if (error.code === 'EINVAL') {
      world.err(`Command not supported. Valid commands are:\n${textOf(await send(link, ['help']))}\n`);
    } else {
      const number = constants.errno[error.code as keyof typeof constants.errno] ?? 0;
      world.err(`Error ${number} when trying to execute command.\n`);
    }
    return 3;
  }
}
