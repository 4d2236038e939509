import { oc } from '@orpc/contract';
import { z } from 'zod';
import { errorData } from './error.ts';
import { doctorReport, hostDraft, promptAnswer, secretStore } from './hosts.ts';
import { hostId } from './names.ts';

/** The part of the contract that adds, connects and removes real Xen hosts. The state of each is in its `HostInfo`. */
const base = oc.errors({ DOMUS: { status: 400, data: errorData } });
const onHost = z.object({ host: hostId });

export const hostsContract = {
  host: {
    /** Remembers a host; its id is made from its name. With `connect` the connection begins; how it goes is in `HostInfo`. */
    add: base.input(z.object({ draft: hostDraft, connect: z.boolean().default(true) })).output(onHost),
    /** What is remembered of a host; ERROR_INVAL for the embedded one. */
    settings: base.input(onHost).output(z.object({ draft: hostDraft, secretStore })),
    /** A change of how it is reached ends the connection and begins a new one if there was one. */
    update: base.input(onHost.extend({ draft: hostDraft })).output(z.object({})),
    /** Forgets the host, its secrets included; nothing on the host changes. `draft` puts it back. */
    remove: base.input(onHost).output(z.object({ draft: hostDraft })),
    /** Begins to connect, or tries again at once; does not wait. */
    connect: base.input(onHost).output(z.object({})),
    /** Ends the connection, and does not try again. */
    disconnect: base.input(onHost).output(z.object({})),
    /** Answers the prompt in `HostInfo.connection`. ERROR_NOTFOUND when it is no longer asked. */
    answer: base
      .input(onHost.extend({ prompt: z.string().max(64), answer: promptAnswer }))
      .output(z.object({})),
    /** Forgets the passwords and passphrases kept for a host, also those in the keyring. */
    forgetSecrets: base.input(onHost).output(z.object({})),
    /**
     * Looks at a host step by step, on a connection of its own that is closed afterwards. Changes nothing and remembers
     * nothing: an accepted host key counts for this test only. At most 60 s.
     */
    test: base
      .input(
        z.object({
          draft: hostDraft,
          /** Of an added host: its kept secrets are used too. */
          host: hostId.nullable().default(null),
          answers: z
            .array(z.object({ prompt: z.string().max(64), answer: promptAnswer }))
            .max(16)
            .default([]),
        }),
      )
      .output(doctorReport),
    /** `Host` entries of the person's ssh configuration that are no patterns, for completing the address. */
    sshAliases: base.output(
      z.array(z.object({ alias: z.string().max(253), summary: z.string().max(400) })).max(500),
    ),
    /** Bytes that went over the connection since it was made (0 for this computer), and the newest round trip. */
    traffic: base
      .input(onHost)
      .output(
        z.object({ sentBytes: z.number(), receivedBytes: z.number(), roundTripMs: z.number().nullable() }),
      ),
  },
};
export type HostsContract = typeof hostsContract;
