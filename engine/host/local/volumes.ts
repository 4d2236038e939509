import { realpath, stat } from 'node:fs/promises';
import { type DomainInfo, type DomainVolume } from '../../api/index.ts';
import { isLockedByOthers } from '../../storage/file-locks.ts';
import { realDiskPath } from '../../toolstack/disk-images.ts';
import type { Operation } from '../host.ts';
import { checkDeletable, leftover } from '../volumes.ts';
import { removeFileDurably } from './atomic-file.ts';
import type { HostContext } from './context.ts';
import { domainInfo } from './domain-info.ts';
import type { ManagedDomain } from './managed-domain.ts';

type Disk = DomainInfo['disks'][number];

/** The disks of a domain: of its run, and of its file. */
function disksOf(host: HostContext, domain: ManagedDomain): readonly Disk[] {
  return domainInfo(host.id, domain, host.toolstack.ledger)?.disks ?? [];
}

/** One name for a file, whatever path leads to it. */
async function identityOf(host: HostContext, path: string): Promise<string> {
  const real = realDiskPath(path, host.toolstack);
  return realpath(real).catch(() => real);
}

/** Names of the domains but `id` that have each image, by its identity. */
async function usersBut(host: HostContext, id: string): Promise<Map<string, string[]>> {
  const users = new Map<string, string[]>();
  for (const domain of host.domains.all) {
    if (domain.id === id) continue;
    for (const { path } of disksOf(host, domain)) {
      if (path === null) continue;
      const identity = await identityOf(host, path);
      users.set(identity, [...(users.get(identity) ?? []), domain.name]);
    }
  }
  return users;
}

/** Device names of the disks that the file gives to others too (`w!`). */
const sharedOnes = ({ definition }: ManagedDomain): ReadonlySet<string> =>
  new Set(definition?.config.disks.flatMap(({ vdev, shared }) => (shared ? [vdev] : [])));

interface Others {
  readonly users: ReadonlyMap<string, string[]>;
  readonly shared: ReadonlySet<string>;
}

async function look(host: HostContext, disk: Disk & { path: string }, { users, shared }: Others) {
  const identity = await identityOf(host, disk.path);
  const found = await stat(identity).catch(() => null);
  const others = users.get(identity);
  const locked = found?.isFile() === true && (await isLockedByOthers(identity, { readOnly: false }));
  const why = (): string | null => {
    if (!found) return 'There is no such file.';
    if (!found.isFile()) return 'It is no file but a device or a folder: delete it where it was made.';
    if (others) return `${others.join(', ')} ${others.length === 1 ? 'has' : 'have'} it too.`;
    if (disk.kind !== 'disk') return 'It is a medium, which was put in and can be put in elsewhere.';
    if (locked) return 'Another program on this computer has it open.';
    if (shared.has(disk.vdev)) return 'It is shared: others may write to it too.';
    return disk.readOnly ? 'The domain only reads it: it belongs to somebody else.' : null;
  };
  return { vdev: disk.vdev, path: disk.path, bytes: found?.isFile() ? found.size : null, why: why() };
}

/** See `Host.volumes`. */
export async function volumesOf(host: HostContext, id: string): Promise<DomainVolume[]> {
  const users = await usersBut(host, id);
  const domain = host.domains.get(id);
  const others = { users, shared: sharedOnes(domain) };
  return Promise.all(
    disksOf(host, domain).flatMap((disk) =>
      disk.path === null ? [] : look(host, { ...disk, path: disk.path }, others),
    ),
  );
}

/** May all of these go? ERROR_INVAL, field `volumes`, for one that is not the domain's or must stay. */
export async function checkVolumes(
  host: HostContext,
  id: string,
  paths: readonly string[],
): Promise<readonly string[]> {
  if (paths.length === 0) return [];
  checkDeletable(await volumesOf(host, id), paths);
  return [...new Set(await Promise.all(paths.map((path) => identityOf(host, path))))];
}

/** Deletes files that `checkVolumes` has let through. What cannot be deleted is the answer, a sentence; the rest goes. */
export async function deleteVolumes(
  host: HostContext,
  realPaths: readonly string[],
  op: Operation,
): Promise<string | null> {
  const failed: string[] = [];
  for (const path of realPaths) {
    const done = await removeFileDurably(path).then(
      () => true,
      (error: Error) => failed.push(`${path}: ${error.message}`) < 0,
    );
    if (done) op.log(`Deleted ${path}.`);
  }
  host.hostChanged();
  const problem = leftover(failed);
  if (problem !== null) op.log(problem);
  return problem;
}
