import { readFile } from 'node:fs/promises';
import { posix } from 'node:path';
import { saveDirectory } from '../../../api/index.ts';
import { removeFileDurably } from '../atomic-file.ts';
import type { Commands } from '../commands.ts';
import type { HostContext } from '../context.ts';
import { fileNamePart } from '../domain-registry.ts';
import type { StartupStep } from '../../host.ts';
import { restoreDomain } from './restore.ts';
import { forget, saveDomain, type SaveParts } from './save.ts';

/** What /etc/default/xendomains says about stops and starts of the host (xendomains' own names and defaults). */
export interface Xendomains {
  /** Where saves go; also where they are looked for when saving is off. */
  readonly directory: string;
  /** XENDOMAINS_SAVE: empty = domains are shut down instead. */
  readonly save: boolean;
  readonly restore: boolean;
  /** XENDOMAINS_AUTO_ONLY: only domains of XENDOMAINS_AUTO are saved or shut down; others are ended. */
  readonly autoOnly: boolean;
  /** XENDOMAINS_STOP_MAXWAIT, in seconds: all domains together. */
  readonly maxWaitSeconds: number;
}

const defaultMaxWaitSeconds = 300;

function unquoted(text: string): string {
  return text
    .trim()
    .replace(/^(['"])(.*)\1.*$/, '$2')
    .replace(/\s+#.*$/, '');
}

/** Shell assignments of a file; the last one of a name counts. */
export function assignments(text: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const line of text.split('\n')) {
    const match = /^\s*(?:export\s+)?([A-Z_]+)=(.*)$/.exec(line);
    if (match?.[1] !== undefined) found.set(match[1], unquoted(match[2] ?? ''));
  }
  return found;
}

export async function xendomainsOf(host: HostContext): Promise<Xendomains> {
  const text = await readFile(host.stateDir.real('/etc/default/xendomains'), 'utf8').catch(() => '');
  const values = assignments(text);
  const save = values.get('XENDOMAINS_SAVE') ?? saveDirectory;
  const seconds = Number(values.get('XENDOMAINS_STOP_MAXWAIT') ?? defaultMaxWaitSeconds);
  return {
    directory: posix.isAbsolute(save) ? save : saveDirectory,
    save: save !== '',
    restore: (values.get('XENDOMAINS_RESTORE') ?? 'true') === 'true',
    autoOnly: values.get('XENDOMAINS_AUTO_ONLY') === 'true',
    maxWaitSeconds: Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds, 3600) : defaultMaxWaitSeconds,
  };
}

/** What is to be done before the host stops: each running domain saved, or shut down. */
export async function stopSteps(parts: SaveParts, commands: Commands): Promise<StartupStep[]> {
  const { host } = parts;
  const { save, directory } = await xendomainsOf(host);
  return host.domains.live
    .filter((domain) => domain.active)
    .map(({ id, name }) => {
      const path = posix.join(directory, fileNamePart(name));
      if (!save)
        return {
          title: `Shut down ${name}`,
          domain: id,
          command: `xl shutdown -w ${name}`,
          run: (op) => commands.shutdown(id, op),
        };
      return {
        title: `Save ${name}`,
        domain: id,
        command: `xl save ${name} ${path}`,
        async run(op) {
          await saveDomain(parts, id, { path, after: 'off', keepDomid: false }, op);
          const { savedByHost } = host.settings.value;
          await host.settings.update({ savedByHost: [...new Set([...savedByHost, path])] });
        },
      };
    });
}

/** What was saved when the host stopped goes on, and its file is no more. */
export async function restoreSteps(parts: SaveParts): Promise<StartupStep[]> {
  const { host } = parts;
  const { restore } = await xendomainsOf(host);
  if (!restore) return [];
  return host.settings.value.savedByHost.map((path) => ({
    title: `Restore ${posix.basename(path)}`,
    domain: null,
    command: `xl restore ${path}`,
    async run(op) {
      // Tried once: a save that cannot be restored stays for a person to look at.
      await forget(host, path);
      await restoreDomain(parts, { path, paused: false }, op);
      await removeFileDurably(host.stateDir.resolve(path));
    },
  }));
}
