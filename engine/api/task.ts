import { z } from 'zod';
import { errorData } from './error.ts';
import { domainId, hostId, xlLine } from './names.ts';

/** Work that outlives the window that began it. Tasks end in `done`, `failed` or `cancelled`; the last 200 are kept. */
export const task = z.object({
  id: z.string().max(64),
  /** What a person asked for: `Create web`, `Shut down db`. */
  title: z.string().max(300),
  host: hostId.nullable(),
  domain: domainId.nullable(),
  /** The `xl` line that does the same, for the command mirror; null when there is none. */
  command: xlLine.nullable(),
  status: z.enum(['running', 'done', 'failed', 'cancelled']),
  /** 0..1, or null when it cannot be told. */
  progress: z.number().min(0).max(1).nullable(),
  /** What it does just now: `Loading the kernel`. */
  stage: z.string().max(200),
  cancellable: z.boolean(),
  startedAt: z.number(),
  endedAt: z.number().nullable(),
  error: errorData.nullable(),
  /** Log lines of this operation, oldest first. */
  log: z.array(z.string().max(1000)).max(50),
});
export type Task = z.infer<typeof task>;
