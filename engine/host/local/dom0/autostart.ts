import { mkdir, readdir, readFile, readlink, rm, symlink } from 'node:fs/promises';
import { basename, posix } from 'node:path';
import { DomusError } from '../../../api/index.ts';
import type { Operation, StartupStep } from '../../host.ts';
import type { Commands } from '../commands.ts';
import type { HostContext } from '../context.ts';
import type { ManagedDomain } from '../managed-domain.ts';
import { createFromText } from './live-create.ts';
import type { Lifecycle } from '../lifecycle.ts';

const maxEntries = 500;
const maxFileBytes = 1024 * 1024;

/** XENDOMAINS_AUTO of /etc/default/xendomains; null when it is empty: nothing is started. */
async function autoDirectory(host: HostContext): Promise<string | null> {
  const text = await readFile(host.stateDir.real('/etc/default/xendomains'), 'utf8').catch(() => '');
  const value = /^[ \t]*XENDOMAINS_AUTO=(.*)$/m.exec(text)?.[1];
  if (value === undefined) return '/etc/xen/auto';
  const directory = value.trim().replace(/^(['"])(.*)\1$/, '$2');
  return directory === '' ? null : directory;
}

/** The file of Domain-0's that an entry stands for: where its link points, or itself. */
async function entryTarget(host: HostContext, directory: string, name: string): Promise<string> {
  const link = await readlink(host.stateDir.real(posix.join(directory, name))).catch(() => null);
  if (link === null) return posix.join(directory, name);
  const { root } = host.stateDir;
  // A link made on the real file system by hand may name the whole path.
  if (link.startsWith(`${root}/`)) return link.slice(root.length);
  return posix.isAbsolute(link) ? posix.normalize(link) : posix.join(directory, link);
}

interface Entry {
  readonly name: string;
  readonly target: string;
}

async function entries(host: HostContext): Promise<Entry[]> {
  const directory = await autoDirectory(host);
  if (directory === null) return [];
  const names = await readdir(host.stateDir.real(directory)).catch(() => []);
  const used = names.filter((name) => !name.startsWith('.') && !/(~|\.bak|\.dpkg-.*)$/.test(name)).sort();
  return Promise.all(
    used
      .slice(0, maxEntries)
      .map(async (name) => ({ name, target: await entryTarget(host, directory, name) })),
  );
}

/** What is to be started when the host starts, in the order of the names in /etc/xen/auto. */
export async function autostartSteps(
  host: HostContext,
  commands: Commands,
  lifecycle: Lifecycle,
): Promise<StartupStep[]> {
  return (await entries(host)).map(({ name, target }) => {
    const definition = host.definitions.all.find(({ path }) => path === target);
    if (definition) {
      return {
        title: `Start ${definition.config.name}`,
        domain: definition.id,
        command: `xl create ${target}`,
        run: (op) => commands.start(definition.id, { paused: false }, op),
      };
    }
    return {
      title: `Start ${basename(name)}`,
      domain: null,
      command: `xl create ${target}`,
      run: (op) => startFile(host, lifecycle, target, op),
    };
  });
}

async function startFile(
  host: HostContext,
  lifecycle: Lifecycle,
  target: string,
  op: Operation,
): Promise<void> {
  const text = await readFile(host.stateDir.resolve(target), 'utf8').catch((error: Error) => {
    throw new DomusError('ERROR_NOTFOUND', `${target} of /etc/xen/auto cannot be read: ${error.message}.`);
  });
  if (text.length > maxFileBytes) throw new DomusError('ERROR_INVAL', `${target} is larger than 1 MiB.`);
  await createFromText(host, lifecycle, { text, source: target, paused: false }, op);
}

/** Is the domain with this file started with the host? */
export async function isAutostarted(host: HostContext, path: string): Promise<boolean> {
  return (await entries(host)).some(({ target }) => target === path);
}

/** Makes or removes the domain's link in /etc/xen/auto. ERROR_NOTFOUND for one without a file. */
export async function setAutostart(
  host: HostContext,
  domain: ManagedDomain,
  autostart: boolean,
  op: Operation,
): Promise<void> {
  const { definition } = domain;
  if (!definition) throw new DomusError('ERROR_NOTFOUND', `${domain.name} has no configuration file.`);
  const directory = (await autoDirectory(host)) ?? '/etc/xen/auto';
  const mine = (await entries(host)).filter(({ target }) => target === definition.path);
  if (!autostart) {
    for (const { name } of mine) await rm(host.stateDir.real(posix.join(directory, name)), { force: true });
    op.log(`${domain.name} is not started with the host any more.`);
    return;
  }
  if (mine.length === 0) {
    await mkdir(host.stateDir.real(directory), { recursive: true });
    const link = host.stateDir.real(posix.join(directory, basename(definition.path)));
    await symlink(posix.relative(directory, definition.path), link).catch((error: Error) => {
      throw new DomusError('ERROR_FAIL', `The link in ${directory} could not be made: ${error.message}.`);
    });
  }
  op.log(`${domain.name} is started with the host (${directory}).`);
}
