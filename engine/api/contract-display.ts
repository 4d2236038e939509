import { oc } from '@orpc/contract';
import { z } from 'zod';
import { errorData } from './error.ts';
import { domainId, hostId } from './names.ts';

/** The part of the contract behind graphical consoles and the wall of thumbnails. */
const base = oc.errors({ DOMUS: { status: 400, data: errorData } });
const onDomain = z.object({ host: hostId, domain: domainId });

export const displayInfo = z.object({
  /** What the guest's adapter shows just now; `none`: the domain is off or has no adapter. */
  mode: z.enum(['none', 'text', 'graphics']),
  width: z.int().min(0),
  height: z.int().min(0),
  /** `127.0.0.1:5901` where an external viewer can come in; null when nowhere. */
  listen: z.string().max(100).nullable(),
  /** Does that door ask for a password? */
  password: z.boolean(),
  /** Who looks at it now, this window included. */
  viewers: z.int().min(0),
  /** Why nothing of it can be heard, in a sentence; null when something could. */
  silent: z.string().max(300).nullable(),
});
export type DisplayInfo = z.infer<typeof displayInfo>;

export const thumbnail = z.object({
  domain: domainId,
  /** Changes whenever the picture does. */
  seq: z.int().min(0),
  /** The whole screen's size; 0 × 0: no picture. */
  width: z.int().min(0),
  height: z.int().min(0),
  /** PNG as base64, or null when it is the one the caller knows already, or there is none. */
  png: z.string().max(400_000).nullable(),
});
export type Thumbnail = z.infer<typeof thumbnail>;

export const displayContract = {
  display: {
    info: base.input(onDomain).output(displayInfo),
    /**
     * A ticket for a raw channel (see channel.ts) that speaks RFB 3.8 with security type None: whoever may call this may
     * look. `readOnly`: what the viewer types and points at is not passed on.
     */
    open: base
      .input(onDomain.extend({ readOnly: z.boolean().default(false) }))
      .output(z.object({ ticket: z.string() })),
    /**
     * A ticket for a raw channel that plays what the domain's sound card plays (see sound.ts), over its reboots. Engine → client
     * only; who is more than half a second behind misses the oldest (a `gap`).
     */
    listen: base.input(onDomain).output(z.object({ ticket: z.string() })),
    /**
     * Shows the domain's screen in one of the windows that are open (the newest), as `xl vncviewer` wants it. `shown` is
     * false when there is none.
     */
    show: base.input(onDomain).output(z.object({ shown: z.boolean() })),
    /** For windows: waits for the next screen to be shown; null after a while without one. */
    wishes: base.output(z.object({ wish: onDomain.nullable() })),
    /** The characters of a text mode screen, one string a row; null in graphics modes and without a screen. */
    text: base.input(onDomain).output(z.object({ rows: z.array(z.string().max(400)).max(200).nullable() })),
    /** Pictures of all live domains, at most `width` pixels wide; `known` are the seqs the caller has. */
    thumbnails: base
      .input(
        z.object({
          host: hostId,
          width: z.int().min(32).max(640),
          domains: z.array(domainId).max(200),
          known: z.record(z.string(), z.int()).default({}),
        }),
      )
      .output(z.array(thumbnail).max(200)),
    /** The whole screen as PNG (base64), for screenshots. */
    screenshot: base.input(onDomain).output(z.object({ png: z.string() })),
  },
};
export type DisplayContract = typeof displayContract;
