import { z } from 'zod';
import { domainId, filePath } from './names.ts';

/** Where saves are kept unless somebody chooses another place (XENDOMAINS_SAVE). */
export const saveDirectory = '/var/lib/xen/save';

const sentence = z.string().max(1000);

/** A saved domain, as its file's beginning tells. */
export const saveInfo = z.object({
  /** As dom0 names it: `/var/lib/xen/save/web`. */
  path: filePath,
  bytes: z.number().min(0),
  /** Epoch ms: when it was saved, or the file's own time when the file does not tell. */
  savedAt: z.number(),
  /** Identity and name of the domain in it; null for a file that is no save of this host. */
  domain: domainId.nullable(),
  name: z.string().max(256).nullable(),
  memoryKiB: z.int().min(0).nullable(),
  /** It was paused when it was saved. */
  paused: z.boolean(),
  /** The host wrote it when it stopped, and restores it at its next start. */
  byHost: z.boolean(),
  /** Why it cannot be restored at all; null when nothing is known against it. */
  problem: sentence.nullable(),
  /** What a person should know before restoring it: `xvda was changed after the save …` */
  warnings: z.array(sentence).max(64),
});
export type SaveInfo = z.infer<typeof saveInfo>;

/** What becomes of the domain after its save, as `xl save`, `xl save -c` and `xl save -p` have it. */
export const afterSave = z.enum(['off', 'running', 'paused']);
export type AfterSave = z.infer<typeof afterSave>;

/** What xl prints of a save file's header: `new xl fmt info 0x3/0x0/1428`. */
export const saveHeader = z.object({
  mandatoryFlags: z.int(),
  optionalFlags: z.int(),
  optionalDataBytes: z.int(),
});
export type SaveFileHeader = z.infer<typeof saveHeader>;
