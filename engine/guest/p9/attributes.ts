/** What 9P says of a file: from the host's `stat` to the wire, and changes the other way. */
import { constants, type BigIntStats } from 'node:fs';
import { lchown, lstat, lutimes } from 'node:fs/promises';
import type { Place, SharedFolder } from './folder.ts';
import { P9Error, type P9Reader, type P9Writer, type Qid } from './wire.ts';

const QID = { directory: 0x80, link: 0x02, file: 0 };
/** Mode, links, owner, group, device, times, inode, size, blocks: "basic". */
const BASIC = 0x7ffn;
/** A guest never makes programs of another user's rights on its host. */
const SETTABLE = 0o777;

const SET = { mode: 1, uid: 2, gid: 4, size: 8, atime: 0x10, mtime: 0x20, atimeSet: 0x80, mtimeSet: 0x100 };

export function qidOf(stat: BigIntStats, rootDevice: bigint): Qid {
  const type = stat.isDirectory() ? QID.directory : stat.isSymbolicLink() ? QID.link : QID.file;
  const version = Number(BigInt.asUintN(32, stat.mtimeNs ^ (stat.size << 8n)));
  // Inode numbers tell files of one file system apart; another one below the folder is told apart by its device.
  return { type, version, path: BigInt.asUintN(64, stat.ino ^ ((stat.dev ^ rootDevice) << 40n)) };
}

export function writeAttributes(writer: P9Writer, stat: BigIntStats, rootDevice: bigint): void {
  writer.u64(BASIC).qid(qidOf(stat, rootDevice));
  writer.u32(Number(stat.mode)).u32(Number(stat.uid)).u32(Number(stat.gid));
  writer.u64(stat.nlink).u64(0n).u64(stat.size).u64(4096n).u64(stat.blocks);
  for (const time of [stat.atimeNs, stat.mtimeNs, stat.ctimeNs, 0n])
    writer.u64(time / 1_000_000_000n).u64(time % 1_000_000_000n);
  writer.u64(0n).u64(0n);
}

export interface Changes {
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly size?: number;
  /** Seconds since 1970; null: now. */
  readonly atime?: number | null;
  readonly mtime?: number | null;
}

export const fileMode = (mode: number): number => mode & SETTABLE;

export function readChanges(reader: P9Reader): Changes {
  const valid = reader.u32();
  const [mode, uid, gid, size] = [reader.u32(), reader.u32(), reader.u32(), reader.u64()];
  const time = (): number => Number(reader.u64()) + Number(reader.u64()) / 1e9;
  const [atime, mtime] = [time(), time()];
  if (size > BigInt(Number.MAX_SAFE_INTEGER)) throw new P9Error('EFBIG');
  const when = (set: number, given: number, at: number): number | null | undefined =>
    (valid & set) === 0 ? undefined : (valid & given) !== 0 ? at : null;
  const changes: Changes = {
    ...(valid & SET.mode && { mode: fileMode(mode) }),
    ...(valid & SET.uid && { uid }),
    ...(valid & SET.gid && { gid }),
    ...(valid & SET.size && { size: Number(size) }),
  };
  const newAtime = when(SET.atime, SET.atimeSet, atime);
  const newMtime = when(SET.mtime, SET.mtimeSet, mtime);
  return {
    ...changes,
    ...(newAtime !== undefined && { atime: newAtime }),
    ...(newMtime !== undefined && { mtime: newMtime }),
  };
}

export async function applyChanges(folder: SharedFolder, place: Place, changes: Changes): Promise<void> {
  const { mode, size } = changes;
  if (size !== undefined) {
    const file = await folder.open(place, constants.O_WRONLY);
    await file.truncate(size).finally(() => file.close());
  }
  await folder.at(place, async (path) => {
    const stat = await lstat(path);
    if (mode !== undefined) await folder.setMode(path, mode);
    await setOwner(path, changes, stat);
    const { atime, mtime } = changes;
    if (atime === undefined && mtime === undefined) return;
    const now = Date.now() / 1000;
    const time = (wished: number | null | undefined, is: number): number =>
      wished === undefined ? is : (wished ?? now);
    await lutimes(path, time(atime, stat.atimeMs / 1000), time(mtime, stat.mtimeMs / 1000));
  });
}

/** As with `security_model=none`: who may not give a file away keeps it, and the guest is not told. */
async function setOwner(
  path: string,
  { uid, gid }: Changes,
  stat: { uid: number; gid: number },
): Promise<void> {
  if (uid === undefined && gid === undefined) return;
  await lchown(path, uid ?? stat.uid, gid ?? stat.gid).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPERM') throw error;
  });
}
