/** What a guest may ask of its folder: each request read, carried out and answered. */
import { constants, type BigIntStats } from 'node:fs';
import {
  type FileHandle,
  link,
  lstat,
  mkdir,
  readlink,
  rename,
  rmdir,
  statfs,
  unlink,
} from 'node:fs/promises';
import { applyChanges, fileMode, qidOf, readChanges, writeAttributes } from './attributes.ts';
import { Fids, type Access, type Fid } from './fids.ts';
import { checkName, step, type Place, type SharedFolder } from './folder.ts';
import { P9Error, P9Writer, REQUEST, type P9Reader, type Qid } from './wire.ts';

/** `room` is how many bytes the body of the answer may have. Throws for an error. */
export type Handler = (reader: P9Reader, reply: P9Writer, room: number) => Promise<void>;

const MOST_STEPS = 16;
/** Flags of open as Linux numbers them. */
const OPEN = { access: 3, writeOnly: 1, readWrite: 2, exclusive: 0o200, truncate: 0o1000 };
const REMOVE_DIRECTORY = 0x200;
const UNLOCKED = 2;
const FILE_TYPE = { directory: 4, file: 8, link: 10, other: 0 };
const V9FS_MAGIC = 0x01021997;
const { O_CREAT, O_EXCL, O_RDONLY, O_RDWR, O_TRUNC, O_WRONLY } = constants;

const accessOf = (flags: number): Access => {
  const bits = flags & OPEN.access;
  return bits === OPEN.writeOnly ? 'write' : bits === OPEN.readWrite ? 'both' : 'read';
};
const hostFlags: Readonly<Record<Access, number>> = { read: O_RDONLY, write: O_WRONLY, both: O_RDWR };

export class FileOperations {
  readonly fids = new Fids();
  readonly handlers: ReadonlyMap<number, Handler>;
  readonly #folder: SharedFolder;
  readonly #readOnly: boolean;

  constructor(folder: SharedFolder, readOnly: boolean) {
    this.#folder = folder;
    this.#readOnly = readOnly;
    const reading: [number, Handler][] = [
      [REQUEST.attach, this.#attach],
      [REQUEST.walk, this.#walk],
      [REQUEST.lopen, this.#lopen],
      [REQUEST.getattr, this.#getattr],
      [REQUEST.readdir, this.#readdir],
      [REQUEST.readlink, this.#readlink],
      [REQUEST.read, this.#read],
      [REQUEST.statfs, this.#statfs],
      [REQUEST.fsync, async (reader) => this.#sync(this.fids.get(reader.u32()))],
      [REQUEST.clunk, (reader) => this.fids.drop(reader.u32())],
      [REQUEST.lock, async (_, reply) => void reply.u8(0)],
      [REQUEST.getlock, this.#getlock],
    ];
    const writing: [number, Handler][] = [
      [REQUEST.write, this.#write],
      [REQUEST.lcreate, this.#lcreate],
      [REQUEST.mkdir, this.#mkdir],
      [REQUEST.setattr, this.#setattr],
      [REQUEST.link, this.#link],
      [REQUEST.unlinkat, this.#unlinkat],
      [REQUEST.rename, this.#rename],
      [REQUEST.renameat, this.#renameat],
    ];
    const guarded = writing.map(([type, handler]): [number, Handler] => [type, this.#ifWritable(handler)]);
    this.handlers = new Map([...reading, ...guarded, [REQUEST.remove, this.#remove]]);
  }

  #ifWritable(handler: Handler): Handler {
    return async (reader, reply, room) => {
      if (this.#readOnly) throw new P9Error('EROFS');
      await handler(reader, reply, room);
    };
  }

  readonly #attach: Handler = async (reader, reply) => {
    const fid = reader.u32();
    this.fids.add(fid, []);
    reply.qid(await this.#qid([]));
  };

  readonly #walk: Handler = async (reader, reply) => {
    const [from, to, count] = [this.fids.get(reader.u32()), reader.u32(), reader.u16()];
    if (count > MOST_STEPS) throw new P9Error('EINVAL');
    let place = from.place;
    const names = Array.from({ length: count }, () => reader.text());
    const qids: Qid[] = [];
    try {
      for (const name of names) {
        place = step(place, name);
        qids.push(await this.#qid(place));
      }
    } catch (error) {
      // Half a way is an answer too, but no fid.
      if (qids.length === 0) throw error;
    }
    if (qids.length === count) this.#placeFid(from, to, place);
    reply.u16(qids.length);
    for (const qid of qids) reply.qid(qid);
  };

  #placeFid(from: Fid, to: number, place: Place): void {
    if (this.fids.is(to, from)) {
      if (from.access !== undefined) throw new P9Error('EBADF');
      from.place = place;
    } else this.fids.add(to, place);
  }

  readonly #lopen: Handler = async (reader, reply) => {
    const [fid, flags] = [this.fids.get(reader.u32()), reader.u32()];
    this.fids.mayOpen(fid);
    const access = accessOf(flags);
    const writes = access !== 'read' || (flags & OPEN.truncate) !== 0;
    if (writes && this.#readOnly) throw new P9Error('EROFS');
    const stat = await this.#stat(fid.place);
    if (stat.isDirectory()) {
      if (writes) throw new P9Error('EISDIR');
      this.fids.openedDirectory(fid);
    } else {
      const truncate = flags & OPEN.truncate ? O_TRUNC : 0;
      const file = await this.#folder.open(fid.place, hostFlags[access] | truncate);
      this.fids.openedFile(fid, access, file);
    }
    reply.qid(await this.#qid(fid.place)).u32(0);
  };

  readonly #lcreate: Handler = async (reader, reply) => {
    const [fid, name, flags, mode] = [this.fids.get(reader.u32()), reader.text(), reader.u32(), reader.u32()];
    this.fids.mayOpen(fid);
    const place = step(fid.place, checkName(name));
    const access = accessOf(flags);
    const more = (flags & OPEN.exclusive ? O_EXCL : 0) | (flags & OPEN.truncate ? O_TRUNC : 0);
    const file = await this.#folder.open(place, hostFlags[access] | O_CREAT | more, fileMode(mode));
    this.fids.openedFile(fid, access, file);
    fid.place = place;
    reply.qid(await this.#qid(place)).u32(0);
  };

  readonly #getattr: Handler = async (reader, reply) => {
    const fid = this.fids.get(reader.u32());
    // An open file may have lost its name.
    const stat = fid.file ? await fid.file.stat({ bigint: true }) : await this.#stat(fid.place);
    writeAttributes(reply, stat, this.#folder.device);
  };

  readonly #setattr: Handler = async (reader) => {
    const fid = this.fids.get(reader.u32());
    await applyChanges(this.#folder, fid.place, readChanges(reader));
  };

  readonly #read: Handler = async (reader, reply, room) => {
    const [fid, offset, count] = [this.fids.get(reader.u32()), position(reader.u64()), reader.u32()];
    const file = await this.#file(fid, 'read');
    const buffer = new Uint8Array(Math.min(count, room - 4));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, offset);
    reply.u32(bytesRead).data(buffer.subarray(0, bytesRead));
  };

  readonly #write: Handler = async (reader, reply) => {
    const [fid, offset, count] = [this.fids.get(reader.u32()), position(reader.u64()), reader.u32()];
    const data = reader.data(count);
    const file = await this.#file(fid, 'write');
    const { bytesWritten } = await file.write(data, 0, data.length, offset);
    reply.u32(bytesWritten);
  };

  readonly #readdir: Handler = async (reader, reply, room) => {
    const [fid, offset, count] = [this.fids.get(reader.u32()), reader.u64(), reader.u32()];
    if (!fid.isDirectory) throw new P9Error('EBADF');
    const names = await this.fids.names(fid, this.#folder, offset === 0n);
    const most = Math.min(count, room - 4);
    const entries = new P9Writer();
    // 24 bytes and the name: qid[13] offset[8] type[1] name[s]
    for (let at = position(offset); at < names.length; at += 1) {
      const name = names[at]!;
      if (entries.length + 24 + Buffer.byteLength(name) > most) {
        if (entries.length === 0) throw new P9Error('EINVAL');
        break;
      }
      const stat = await this.#stat([...fid.place, name]).catch(() => null);
      if (stat)
        entries
          .qid(qidOf(stat, this.#folder.device))
          .u64(BigInt(at + 1))
          .u8(typeOf(stat))
          .text(name);
    }
    reply.u32(entries.length).data(entries.bytes());
  };

  readonly #readlink: Handler = async (reader, reply) => {
    const { place } = this.fids.get(reader.u32());
    reply.text(await this.#folder.at(place, (path) => readlink(path)));
  };

  readonly #statfs: Handler = async (reader, reply) => {
    const { place } = this.fids.get(reader.u32());
    const { bsize, blocks, bfree, bavail, files, ffree } = await this.#folder.at(place.slice(0, -1), (path) =>
      statfs(`${path}/.`, { bigint: true }),
    );
    reply.u32(V9FS_MAGIC).u32(Number(bsize));
    for (const value of [blocks, bfree, bavail, files, ffree, this.#folder.device]) reply.u64(value);
    reply.u32(255);
  };

  readonly #mkdir: Handler = async (reader, reply) => {
    const [fid, name, mode] = [this.fids.get(reader.u32()), reader.text(), reader.u32()];
    const place = step(fid.place, checkName(name));
    await this.#folder.at(place, (path) => mkdir(path, fileMode(mode)));
    reply.qid(await this.#qid(place));
  };

  readonly #link: Handler = async (reader) => {
    const [directory, fid, name] = [this.fids.get(reader.u32()), this.fids.get(reader.u32()), reader.text()];
    if (!(await this.#stat(fid.place)).isFile()) throw new P9Error('EPERM');
    await this.#folder.two(fid.place, step(directory.place, checkName(name)), link);
  };

  readonly #unlinkat: Handler = async (reader) => {
    const [fid, name, flags] = [this.fids.get(reader.u32()), reader.text(), reader.u32()];
    await this.#unlink(step(fid.place, checkName(name)), (flags & REMOVE_DIRECTORY) !== 0);
  };

  /** The fid is gone whatever becomes of the file. */
  readonly #remove: Handler = async (reader) => {
    const number = reader.u32();
    const { place } = this.fids.get(number);
    await this.fids.drop(number);
    if (this.#readOnly) throw new P9Error('EROFS');
    if (place.length === 0) throw new P9Error('EBUSY');
    await this.#unlink(place, (await this.#stat(place)).isDirectory());
  };

  readonly #rename: Handler = async (reader) => {
    const [fid, directory, name] = [this.fids.get(reader.u32()), this.fids.get(reader.u32()), reader.text()];
    await this.#move(fid.place, step(directory.place, checkName(name)));
  };

  readonly #renameat: Handler = async (reader) => {
    const [from, oldName] = [this.fids.get(reader.u32()), checkName(reader.text())];
    const [to, newName] = [this.fids.get(reader.u32()), checkName(reader.text())];
    await this.#move(step(from.place, oldName), step(to.place, newName));
  };

  /** Nobody else holds a lock here: the guest's own kernel keeps those of its programs. */
  readonly #getlock: Handler = async (reader, reply) => {
    this.fids.get(reader.u32());
    reader.u8();
    const [start, length, process, client] = [reader.u64(), reader.u64(), reader.u32(), reader.text()];
    reply.u8(UNLOCKED).u64(start).u64(length).u32(process).text(client);
  };

  async #move(from: Place, to: Place): Promise<void> {
    if (from.length === 0) throw new P9Error('EBUSY');
    await this.#folder.two(from, to, rename);
    this.fids.moved(from, to);
  }

  async #unlink(place: Place, isDirectory: boolean): Promise<void> {
    await this.#folder.at(place, (path) => (isDirectory ? rmdir(path) : unlink(path)));
  }

  async #sync(fid: Fid): Promise<void> {
    if (fid.access === undefined) throw new P9Error('EBADF');
    if (fid.file && !this.#readOnly) await fid.file.sync();
  }

  async #file(fid: Fid, use: 'read' | 'write'): Promise<FileHandle> {
    const { access, isDirectory, place } = fid;
    if (access === undefined || isDirectory || (access !== use && access !== 'both'))
      throw new P9Error('EBADF');
    return (fid.file ??= await this.#folder.open(place, hostFlags[access]));
  }

  #stat(place: Place): Promise<BigIntStats> {
    return this.#folder.at(place, (path) => lstat(path, { bigint: true }));
  }

  async #qid(place: Place): Promise<Qid> {
    return qidOf(await this.#stat(place), this.#folder.device);
  }
}

function position(offset: bigint): number {
  if (offset > BigInt(Number.MAX_SAFE_INTEGER)) throw new P9Error('EINVAL');
  return Number(offset);
}

function typeOf(stat: BigIntStats): number {
  if (stat.isDirectory()) return FILE_TYPE.directory;
  if (stat.isSymbolicLink()) return FILE_TYPE.link;
  return stat.isFile() ? FILE_TYPE.file : FILE_TYPE.other;
}
