import { readFile } from 'node:fs/promises';
import { posix } from 'node:path';
import { type EndRules, saveDirectory } from '../../../api/index.ts';
import { removeFileDurably, writeFileAtomic } from '../atomic-file.ts';
import type { Commands } from '../commands.ts';
import type { HostContext } from '../context.ts';
import { fileNamePart } from '../domain-registry.ts';
import type { ManagedDomain } from '../managed-domain.ts';
import type { StartupStep } from '../../host.ts';
import { isAutostarted } from '../dom0/autostart.ts';
import { restoreDomain } from './restore.ts';
import { forget, saveDomain, type SaveParts } from './save.ts';

/** What /etc/default/xendomains says about stops and starts of the host (xendomains' own names and defaults). */
export interface Xendomains extends EndRules {
  /** Where saves go; also where they are looked for when saving is off. */
  readonly directory: string;
}

const file = '/etc/default/xendomains';
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

const textOf = (host: HostContext): Promise<string> =>
  readFile(host.stateDir.real(file), 'utf8').catch(() => '');

export async function xendomainsOf(host: HostContext): Promise<Xendomains> {
  const values = assignments(await textOf(host));
  const save = values.get('XENDOMAINS_SAVE') ?? saveDirectory;
  const seconds = Number(values.get('XENDOMAINS_STOP_MAXWAIT') ?? defaultMaxWaitSeconds);
  return {
    directory: posix.isAbsolute(save) ? save : saveDirectory,
    save: save !== '',
    restore: (values.get('XENDOMAINS_RESTORE') ?? 'true') === 'true',
    autoOnly: values.get('XENDOMAINS_AUTO_ONLY') === 'true',
    maxWaitSeconds: seconds >= 1 ? Math.floor(Math.min(seconds, 3600)) : defaultMaxWaitSeconds,
  };
}

/** The text with `name` set to `value` where it is set last, else at its end. */
function withAssignment(text: string, name: string, value: string): string {
  const lines = text.split('\n');
  const isIts = new RegExp(`^\\s*(?:export\\s+)?${name}=`);
  const at = lines.findLastIndex((line) => isIts.test(line));
  if (at >= 0) return lines.with(at, `${name}=${value}`).join('\n');
  return `${text.replace(/\n?$/, '\n')}${name}=${value}\n`;
}

/** Changes what the file says where it says otherwise. */
export async function setXendomains(host: HostContext, rules: EndRules): Promise<void> {
  const now = await xendomainsOf(host);
  let text = await textOf(host);
  if (rules.save !== now.save)
    text = withAssignment(text, 'XENDOMAINS_SAVE', rules.save ? now.directory : '');
  if (rules.restore !== now.restore) text = withAssignment(text, 'XENDOMAINS_RESTORE', `${rules.restore}`);
  if (rules.autoOnly !== now.autoOnly)
    text = withAssignment(text, 'XENDOMAINS_AUTO_ONLY', `${rules.autoOnly}`);
  if (rules.maxWaitSeconds !== now.maxWaitSeconds)
    text = withAssignment(text, 'XENDOMAINS_STOP_MAXWAIT', `${rules.maxWaitSeconds}`);
  await writeFileAtomic(host.stateDir.real(file), text);
}

/** The running domains that the rules are about. */
async function concerned(host: HostContext, autoOnly: boolean): Promise<ManagedDomain[]> {
  const active = host.domains.live.filter((domain) => domain.active);
  if (!autoOnly) return active;
  const started = await Promise.all(
    active.map(async ({ definition }) => definition !== null && isAutostarted(host, definition.path)),
  );
  return active.filter((_, index) => started[index]);
}

/** What is to be done before the host stops: each running domain saved, or shut down. */
export async function stopSteps(parts: SaveParts, commands: Commands): Promise<StartupStep[]> {
  const { host } = parts;
  const { save, directory, autoOnly } = await xendomainsOf(host);
  return (await concerned(host, autoOnly)).map(({ id, name }) => {
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
