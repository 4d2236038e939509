import { z } from 'zod';

/** A host in this engine, e.g. `local` for the embedded one. */
export const hostId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, 'Use small letters, digits, dot, dash or underscore.');

/**
 * Identity of a domain on its host, stable from definition to deletion (unlike the domid). The embedded host uses the
 * domain's UUID. Opaque to clients.
 */
export const domainId = z.string().min(1).max(80);

export const domid = z.int().min(0).max(0x7fef);

export const uuid = z
  .string()
  .regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'A UUID looks like 8-4-4-4-12 hex digits.');

/**
 * Names that Domus gives. Xen itself takes any non-empty name, but an all-digit one cannot be reached by name (it is read
 * as a domid, xl-commands §1), and the name becomes a file name in etc/xen.
 */
export const domainName = z
  .string()
  .min(1, 'A domain needs a name.')
  .max(64, 'A name has at most 64 characters.')
  .regex(
    /^[A-Za-z0-9_][A-Za-z0-9_.+-]*$/,
    'Use letters, digits and . _ + - only, beginning with a letter or digit.',
  )
  .refine((name) => !/^\d+$/.test(name), 'A name made of digits only would be taken for a domid.')
  .refine((name) => name !== 'Domain-0', 'Domain-0 is the name of the control domain.');

/** An absolute path: of the computer the engine runs on, or inside the embedded host's own tree (/etc/xen, /var/lib/xen …). */
export const filePath = z
  .string()
  .min(1, 'Choose a file.')
  .max(4096)
  .refine((path) => !path.includes('\0'), 'A path cannot contain a NUL byte.');

/** What a person types for the same: one line of xl, or a few with the text of a file between them. */
export const xlLine = z.string().max(1 << 16);
