import { oc } from '@orpc/contract';
import { z } from 'zod';
import { errorData } from './error.ts';
import { labId, labsInfo } from './lab.ts';
import { filePath } from './names.ts';

/** The part of the contract behind the Xen lab. What takes long runs as a task. */
const base = oc.errors({ DOMUS: { status: 400, data: errorData } });
const onLab = z.object({ lab: labId });
const ended = z.object({ task: z.string() });

export const labContract = {
  lab: {
    /** Also a state object of kind `lab`. */
    status: base.output(labsInfo),
    /** Makes the image that belongs to this version of Domus, also when there is one already. Debian and Ubuntu only. */
    build: base.output(ended),
    /** Takes an image file that `export` wrote, here or on another computer. */
    import: base.input(z.object({ path: filePath })).output(ended),
    /** Writes the image into a new file. ERROR_DEVICE_EXISTS when there is one of that name. */
    export: base.input(z.object({ path: filePath })).output(ended),
    /** Starts a lab and registers it as a host; builds the image first when there is none. Running already: nothing. */
    start: base.input(onLab).output(ended),
    /** Presses its power button and waits until it is off; `force` pulls the plug. Its guests end with it. */
    stop: base.input(onLab.extend({ force: z.boolean().default(false) })).output(ended),
    /** Back to the image: everything done in it is lost. A running one is ended and started again. */
    reset: base.input(onLab).output(ended),
    /** Ends it and deletes what it kept, its host entry included. The image stays. */
    remove: base.input(onLab).output(ended),
    /** Deletes the image. Labs made from it keep working. */
    forgetImage: base.output(ended),
  },
};
export type LabContract = typeof labContract;
