import { z } from 'zod';
import { filePath } from './names.ts';

/** What a file turned out to hold, before a domain is given it. All texts come from the medium: shown, never obeyed. */
export const mediumInfo = z.object({
  path: filePath,
  bytes: z.number().min(0),
  kind: z.enum(['iso', 'disk', 'kernel', 'other']),
  /** `raw`, `qcow2` … for disks; else the kind of file in a word. */
  format: z.string().max(16),
  /** The operating system, e.g. `Debian 12 netinst`; null: unknown. */
  system: z.string().max(120).nullable(),
  /** What its programs are made for; null: not found out. */
  bits: z.enum(['32', '64', 'both']).nullable(),
  /** Is there something that firmware would start? null: not found out. */
  bootable: z.boolean().nullable(),
  /** Partitions, labels: `Partition 1`: `ext4, 8 GiB`. */
  facts: z.array(z.object({ name: z.string().max(60), value: z.string().max(200) })).max(80),
  /** Why it will not do on this host, or not as one may expect. */
  warnings: z.array(z.string().max(400)).max(10),
});
export type MediumInfo = z.infer<typeof mediumInfo>;
