import { oc } from '@orpc/contract';
import { z } from 'zod';
import { errorData } from './error.ts';
import { domainId, domid, filePath, hostId, xlLine } from './names.ts';
import { afterSave, endRules, saveHeader, saveInfo } from './save.ts';

/** The part of the contract behind saves: `xl save`, `restore`, `suspend`, `resume` and the page of saves. */
const base = oc.errors({ DOMUS: { status: 400, data: errorData } });
const onHost = z.object({ host: hostId });
const onDomain = onHost.extend({ domain: domainId, command: xlLine.optional() });
const onFile = onHost.extend({ path: filePath });
const ended = z.object({ task: z.string() });
/** xl.cfg text that takes the place of the saved configuration, and what messages call it. */
const config = z.object({ text: z.string().max(1 << 20), source: z.string().max(4096) });

export const saveContract = {
  save: {
    /** The files of the host's save directory, newest first. */
    list: base.input(onHost).output(z.object({ directory: filePath, saves: z.array(saveInfo).max(1000) })),
    /** Any file. `header` is null when it has none; ERROR_NOTFOUND when it cannot be read. */
    inspect: base.input(onFile).output(z.object({ header: saveHeader.nullable(), save: saveInfo })),
    /**
     * Suspends the guest, writes the file whole or not at all, and then does what `after` says. Cancelled or failed: the guest
     * goes on as before. Replaces a file of that name. `keepDomid`: the restored domain asks for its domid again.
     */
    create: base
      .input(
        onDomain.extend({
          path: filePath,
          after: afterSave.default('off'),
          keepDomid: z.boolean().default(false),
          config: config.optional(),
        }),
      )
      .output(ended.extend({ bytes: z.number(), header: saveHeader })),
    /** Makes the domain of the file anew, with a new domid, and lets it go on. The file stays. */
    restore: base
      .input(
        onFile.extend({
          paused: z.boolean().default(false),
          config: config.optional(),
          command: xlLine.optional(),
        }),
      )
      .output(ended.extend({ domain: domainId, domid })),
    /** Deletes a save; other files are refused. */
    remove: base.input(onFile.extend({ command: xlLine.optional() })).output(ended),
    /** The guest stops and stays where it is (`---ss-`), until it is resumed. */
    suspend: base.input(onDomain).output(ended),
    resume: base.input(onDomain).output(ended),
    rules: base.input(onHost).output(endRules),
    /** Changes those lines of /etc/default/xendomains; the rest of the file stays as it is. */
    setRules: base.input(onHost.extend({ rules: endRules })).output(z.object({})),
  },
};
export type SaveContract = typeof saveContract;
