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

/** What becomes of running domains when their host stops and starts, as /etc/default/xendomains says. */
export const endRules = z.object({
  /** XENDOMAINS_SAVE: saved to its directory; else they are shut down. */
  save: z.boolean(),
  /** XENDOMAINS_RESTORE: what was saved goes on at the next start. */
  restore: z.boolean(),
  /** XENDOMAINS_AUTO_ONLY: only domains that start with the host are saved or shut down; the others end with it. */
  autoOnly: z.boolean(),
  /** XENDOMAINS_STOP_MAXWAIT: seconds for all of them together. */
  maxWaitSeconds: z.int().min(1).max(3600),
});
export type EndRules = z.infer<typeof endRules>;

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
