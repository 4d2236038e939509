import { z } from 'zod';
import { DomusError } from '../../api/index.ts';

/*
 * What a save file keeps of a domain beside its configuration and its machine's state, as JSON. A file is not trusted: all
 * of it is checked, and bounded by the schema.
 */

const pciSlot = z.int().min(1).max(31).optional();
const text = (most: number) => z.string().max(most);
const base64 = text(2 ** 20).transform((encoded) => new Uint8Array(Buffer.from(encoded, 'base64')));

const savedDisk = z.object({
  vdev: text(32),
  kind: z.enum(['disk', 'cdrom', 'floppy']),
  readOnly: z.boolean(),
  pciSlot,
  /** As configured; null: an empty drive. */
  path: text(4096).nullable(),
  /** Of the image at the time of the save, to find out whether it was changed since. */
  bytes: z.number().nullable(),
  modifiedMs: z.number().nullable(),
});
export type SavedDisk = z.infer<typeof savedDisk>;

const savedNic = z.object({
  devid: z.int().min(0).max(63),
  mac: z.string().regex(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/),
  model: z.enum(['virtio', 'ne2k']),
  linkUp: z.boolean().optional(),
  pciSlot,
});
export type SavedNic = z.infer<typeof savedNic>;

/** A node of the guest's own part of the store. Paths are relative to its home; `self` stands for its domid. */
const savedNode = z.object({
  path: z
    .string()
    .max(3072)
    .regex(/^[A-Za-z0-9\-_@]+(\/[A-Za-z0-9\-_@]+)*$/),
  /** One character 0..255 per byte. */
  value: text(4096),
  permissions: z
    .array(z.tuple([z.enum(['n', 'r', 'w', 'b']), z.union([z.literal('self'), z.literal(0)])]))
    .min(1)
    .max(16),
});
export type SavedNode = z.infer<typeof savedNode>;

const savedConnection = z.object({
  input: base64,
  output: base64,
  watches: z
    .array(z.object({ path: text(3072), token: text(4096), depth: z.int().min(0).exactOptional() }))
    .max(1000),
  transactions: z.array(z.number()).max(100),
});

export const savedDomain = z.object({
  format: z.literal(1),
  /** For people: which program wrote it. */
  by: text(200),
  /** Epoch ms. */
  savedAt: z.number(),
  name: text(256),
  uuid: z.uuid(),
  domid: z.int().min(1).max(0x7fef),
  /** The guest was paused, on top of being saved. */
  paused: z.boolean(),
  /** What libxl's JSON has no words for. */
  sharedDisks: z.array(text(32)).max(64),
  readOnlyShares: z.array(text(64)).max(64),
  machine: z.object({
    kind: z.literal('v86'),
    memoryKiB: z
      .int()
      .min(8 * 1024)
      .max(2047 * 1024),
    memoryTargetKiB: z.int().min(0).optional(),
    videoRamKiB: z
      .int()
      .min(0)
      .max(2 ** 17),
    acpi: z.boolean(),
    rng: z.boolean().optional(),
    sound: z.boolean().optional(),
    pvConsole: z.boolean().optional(),
    channels: z.array(text(63)).max(7).optional(),
    folders: z
      .array(z.object({ tag: text(31), pciSlot }))
      .max(32)
      .optional(),
  }),
  disks: z.array(savedDisk).max(64),
  nics: z.array(savedNic).max(64),
  nodes: z.array(savedNode).max(5000),
  /** null: its line to the store was not in use. */
  connection: savedConnection.nullable(),
});
export type SavedDomain = z.infer<typeof savedDomain>;

/** ERROR_INVAL for a text that is not such a record. */
export function parseSavedDomain(json: string): SavedDomain {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    value = null;
  }
  const parsed = savedDomain.safeParse(value);
  if (parsed.success) return parsed.data;
  const newer = z.object({ format: z.number().min(2) }).safeParse(value).success;
  throw new DomusError(
    'ERROR_INVAL',
    newer
      ? 'A newer Domus wrote this file; this one cannot read it.'
      : 'The file is damaged: what it says about its domain makes no sense.',
  );
}

/** The text of a record. */
export function printSavedDomain({ connection, ...rest }: SavedDomain): string {
  const encode = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
  const line = connection && {
    ...connection,
    input: encode(connection.input),
    output: encode(connection.output),
  };
  return JSON.stringify({ ...rest, connection: line });
}
