/** Reading files from file systems on disk images, without trust in them. See docs/dev/bootloader.md. */
export { type BlockReader, defaultLimits, GuardedReader, type ReadLimits, windowOf } from './block-reader.ts';
export { FileSystem, type OpenFile } from './file-system.ts';
export { FsError, type FsErrorCode } from './fs-error.ts';
export { foreignContent, openFileSystem } from './open-file-system.ts';
export { type Partition, type PartitionTable, readPartitions } from './partitions.ts';
