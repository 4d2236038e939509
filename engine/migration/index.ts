export type { Crc32 } from './byte-source.ts';
export { optionalDataBytes, readFileHeader, type SaveHeader } from './header.ts';
export { openSave, type OpenOptions, type OpenSave } from './reader.ts';
export { endsWhole, TAIL_BYTES } from './tail.ts';
export { damaged, SaveError, type SaveErrorKind } from './save-error.ts';
export { encodeSave, type SaveContent } from './writer.ts';
