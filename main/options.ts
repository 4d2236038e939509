import { join, resolve } from 'node:path';

/** What the shell needs to know from its command line. */
export interface ShellOptions {
  /** State directory that was asked for; undefined: the engine's default. */
  readonly state: string | undefined;
}

/** `--state DIR` or `--state=DIR` among Chromium's own switches; else `DOMUS_STATE`. */
export function readOptions(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): ShellOptions {
  const at = argv.indexOf('--state');
  const joined = argv.find((argument) => argument.startsWith('--state='))?.slice('--state='.length);
  const state = (at >= 0 ? argv[at + 1] : joined) ?? env['DOMUS_STATE'];
  return { state: state ? resolve(state) : undefined };
}

/** Where the shell's own profile is, so that there is one shell per state directory; undefined: Electron's default. */
export const profileDirectory = ({ state }: ShellOptions): string | undefined =>
  state === undefined ? undefined : join(state, 'shell');
