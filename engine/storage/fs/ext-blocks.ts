import { type BlockReader, Fields } from './block-reader.ts';
import type { ExtLayout } from './ext-layout.ts';
import { damaged } from './fs-error.ts';

/** A run of a file's blocks: `count` ≥ 1 of them from block `start` of the disk on; null: a hole, all zeros. */
export interface BlockRun {
  readonly start: number | null;
  readonly count: number;
}

/** Finds the run that begins at a file's block `logical`. */
export type BlockMap = (logical: number) => Promise<BlockRun>;

const extentMagic = 0xf30a;
const maxExtentDepth = 5;
/** A longer extent is allocated but not written: it reads as zeros. */
const maxWrittenBlocks = 32768;
const noLimit = 2 ** 32;

/** ext4's tree of extents; `root` is the inode's 60 bytes. */
export function extentMap(reader: BlockReader, layout: ExtLayout, root: Uint8Array): BlockMap {
  return async (logical) => {
    let node = new Fields(root);
    let until = noLimit;
    let depth = maxExtentDepth + 1;
    for (;;) {
      const level = checkedDepth(node, depth);
      const { at, next } = lastNotAfter(node, logical);
      until = Math.min(until, next);
      if (at === null) return { start: null, count: Math.max(1, until - logical) };
      if (level === 0) return extentRun(node, at, logical, until);
      const block = node.word32(at + 4) + node.word16(at + 8) * 2 ** 32;
      node = new Fields(await reader.read(block * layout.blockBytes, layout.blockBytes));
      depth = level;
    }
  };
}

/** The level of a node, which has to be below the one above it: the way down ends. */
function checkedDepth(node: Fields, above: number): number {
  const level = node.word16(6);
  if (node.word16(0) !== extentMagic || level >= above) throw damaged('a tree of extents is broken');
  if (12 + node.word16(2) * 12 > node.bytes.length) throw damaged('a tree of extents is broken');
  return level;
}

/** The last record that begins at or before `logical`, and where the one after it begins. */
function lastNotAfter(node: Fields, logical: number): { at: number | null; next: number } {
  const count = node.word16(2);
  let at: number | null = null;
  for (let index = 0; index < count; index += 1) {
    const record = 12 + index * 12;
    const first = node.word32(record);
    if (first > logical) return { at, next: first };
    at = record;
  }
  return { at, next: noLimit };
}

function extentRun(node: Fields, at: number, logical: number, until: number): BlockRun {
  const stored = node.word16(at + 4);
  const written = stored <= maxWrittenBlocks;
  const length = written ? stored : stored - maxWrittenBlocks;
  const skip = logical - node.word32(at);
  if (skip >= length) return { start: null, count: Math.max(1, until - logical) };
  const start = node.word32(at + 8) + node.word16(at + 6) * 2 ** 32 + skip;
  return { start: written ? start : null, count: Math.min(length - skip, Math.max(1, until - logical)) };
}

const directBlocks = 12;

/** ext2's 12 blocks and three levels of tables; `root` is the inode's 60 bytes. */
export function indirectMap(reader: BlockReader, layout: ExtLayout, root: Uint8Array): BlockMap {
  const perTable = layout.blockBytes / 4;
  const top = new Fields(root);
  return async (logical) => {
    if (logical < directBlocks) return runIn(top, logical, directBlocks);
    let rest = logical - directBlocks;
    for (let levels = 1, span = perTable; levels <= 3; levels += 1, span *= perTable) {
      if (rest < span) return descend(top.word32((directBlocks + levels - 1) * 4), rest, span);
      rest -= span;
    }
    throw damaged('a file is longer than its tables of blocks');
  };

  async function descend(first: number, rest: number, span: number): Promise<BlockRun> {
    let table = first;
    let inside = rest;
    for (let size = span; ;) {
      if (table === 0) return { start: null, count: size - inside };
      const fields = new Fields(await reader.read(table * layout.blockBytes, layout.blockBytes));
      size /= perTable;
      const index = Math.floor(inside / size);
      if (size === 1) return runIn(fields, index, perTable);
      table = fields.word32(index * 4);
      inside %= size;
    }
  }
}

/** The run of consecutive blocks (or of holes) in one table from `index` on. */
function runIn(table: Fields, index: number, length: number): BlockRun {
  const start = table.word32(index * 4);
  let count = 1;
  while (index + count < length) {
    const next = table.word32((index + count) * 4);
    if (start === 0 ? next !== 0 : next !== start + count) break;
    count += 1;
  }
  return { start: start === 0 ? null : start, count };
}
