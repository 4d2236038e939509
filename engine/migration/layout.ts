/**
 * The numbers of a save file (behaviour reference §2). The container is Xen's own: xl's header with the configuration, libxl's
 * stream, inside it libxc's image with the pages. What an emulated machine has beside memory is the context of an emulator
 * that real Xen does not know, so that it refuses such a file instead of misreading it.
 */

/** 32 bytes exactly: no terminator. */
export const MAGIC = 'Xen saved domain, xl format\n \0 \r';
export const BYTE_ORDER = 0x01020304;
export const FLAG_JSON = 1;
export const FLAG_STREAM_V2 = 2;
export const MANDATORY_FLAGS = FLAG_JSON | FLAG_STREAM_V2;
/** Magic and four words. */
export const HEADER_BYTES = 48;

/** "LibxlFmt", big-endian, then the version, big-endian too, and options: bit 0 big-endian records, bit 1 converted. */
export const STREAM_IDENT = 'LibxlFmt';
export const STREAM_VERSION = 2;
export const STREAM_HEADER_BYTES = 16;

export const RECORD = {
  end: 0,
  libxcContext: 1,
  emulatorContext: 3,
  /** Bit 31: whoever does not know it may leave it out. JSON: what the toolstack knows of the domain. */
  domain: 0x80446f6d,
  /** CRC-32 of all bytes of the file before this record. */
  checksum: 0x80446f73,
} as const;
export const OPTIONAL_RECORD = 0x80000000;
export const RECORD_HEADER_BYTES = 8;

/** "v86\0" */
export const EMULATOR_V86 = 0x00363876;

/** Version 3 of libxc's image; its header is big-endian. */
export const IMAGE_IDENT = 'XENF';
export const IMAGE_VERSION = 3;
export const IMAGE_HEADER_BYTES = 24;
export const IMAGE_RECORD = { end: 0, pageData: 1, staticDataEnd: 0x10 } as const;
export const DOMAIN_HEADER_BYTES = 16;
export const DOMAIN_TYPES: Readonly<Record<number, string>> = { 1: 'x86 PV', 2: 'x86 HVM' };
export const DOMAIN_HVM = 2;
export const PAGE_SHIFT = 12;
export const PAGE_BYTES = 1 << PAGE_SHIFT;

/** Bounds on what a file may make a reader keep. */
export const MOST = {
  configBytes: 1 << 20,
  domainBytes: 8 << 20,
  pagesPerRecord: 1024,
  pagesPerPart: 256,
  devicePieceBytes: 1 << 20,
  deviceBytes: 320 << 20,
  skippedBytes: 16 << 20,
  /** 2 GiB of memory. */
  pages: 1 << 19,
} as const;

/** A whole file ends with its checksum record and its end record. */
export const TAIL_BYTES = 3 * RECORD_HEADER_BYTES;
