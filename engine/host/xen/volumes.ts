import { type DomainInfo, type DomainVolume } from '../../api/index.ts';
import type { Operation } from '../host.ts';
import { checkDeletable, leftover } from '../volumes.ts';
import type { XenContext } from './host-context.ts';
import { domainInfo } from './model/domain-info.ts';
import { clean } from './shell/text.ts';
import type { Xl } from './xl.ts';

type Disk = DomainInfo['disks'][number] & { readonly path: string };

/** What a path of the host leads to. */
interface Found {
  readonly real: string;
  /** As `stat` calls it; '' when there is nothing. */
  readonly kind: string;
  readonly bytes: number;
}

/** Of each path, as three lines: where it leads to, what is there, how large it is. */
const lookScript =
  'for f in "$@"; do readlink -f -- "$f" || echo "$f"; stat -L -c %F -- "$f" 2>/dev/null || echo; stat -L -c %s -- "$f" 2>/dev/null || echo 0; done';

async function look(host: XenContext, paths: readonly string[]): Promise<Map<string, Found>> {
  if (paths.length === 0) return new Map();
  const { stdout } = await host.xl.script('stat', lookScript, paths);
  const lines = stdout.split('\n');
  return new Map(
    paths.map((path, at) => {
      const [real = path, kind = '', bytes = '0'] = lines.slice(at * 3, at * 3 + 3);
      return [path, { real, kind, bytes: Number(bytes) || 0 }];
    }),
  );
}

const disksOf = (host: XenContext, domain: Parameters<typeof domainInfo>[1]): Disk[] =>
  domainInfo(host.id, domain).disks.flatMap((disk) =>
    disk.path === null ? [] : [{ ...disk, path: disk.path }],
  );

/** See `Host.volumes`. */
export async function volumesOf(host: XenContext, id: string): Promise<DomainVolume[]> {
  const own = disksOf(host, host.domains.get(id));
  const others = host.domains.all.filter((domain) => domain.id !== id);
  const theirs = others.flatMap((domain) =>
    disksOf(host, domain).map(({ path }) => ({ path, name: domain.name })),
  );
  const found = await look(host, [...new Set([...own, ...theirs].map(({ path }) => path))]);
  return own.map(({ vdev, path, kind, readOnly }) => {
    const { real, kind: what, bytes } = found.get(path) ?? { real: path, kind: '', bytes: 0 };
    const users = [
      ...new Set(theirs.filter((each) => found.get(each.path)?.real === real).map(({ name }) => name)),
    ];
    const isFile = what.startsWith('regular');
    const why = (): string | null => {
      if (what === '') return 'There is no such file on the host.';
      if (!isFile)
        return 'It is no file but a device: delete it where it was made, with lvremove for a volume of LVM.';
      if (users.length > 0)
        return `${users.join(', ').slice(0, 300)} ${users.length === 1 ? 'has' : 'have'} it too.`;
      if (kind !== 'disk') return 'It is a medium, which was put in and can be put in elsewhere.';
      return readOnly ? 'The domain only reads it: it belongs to somebody else.' : null;
    };
    return { vdev, path, bytes: isFile ? bytes : null, why: why() };
  });
}

/** May all of these go? ERROR_INVAL, field `volumes`, for one that is not the domain's or must stay. */
export async function checkVolumes(host: XenContext, id: string, paths: readonly string[]): Promise<void> {
  if (paths.length === 0) return;
  checkDeletable(await volumesOf(host, id), paths);
}

/** Deletes files that `checkVolumes` has let through; what cannot be deleted is the answer, a sentence, and the rest goes. */
export async function deleteVolumes(
  xl: Pick<Xl, 'script'>,
  paths: readonly string[],
  op: Pick<Operation, 'log'>,
): Promise<string | null> {
  const failed: string[] = [];
  for (const path of paths) {
    const why = await xl
      .script('rm', 'rm -f -- "$(readlink -f -- "$1")"', [path])
      .then(({ code, stderr }) => (code === 0 ? null : clean(stderr, 200)))
      .catch((error: Error) => error.message);
    if (why === null) op.log(`Deleted ${path} on the host.`);
    else failed.push(`${path}: ${why}`);
  }
  const problem = leftover(failed);
  if (problem !== null) op.log(problem);
  return problem;
}
