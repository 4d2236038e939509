import { oc } from '@orpc/contract';
import { z } from 'zod';
import { errorData } from './error.ts';
import { domainId, domid, hostId, xlLine } from './names.ts';
import { saveHeader } from './save.ts';

/**
 * The part of the contract behind `xl migrate` and `xl migrate-receive`. A migration is a session: a task that lives as long as
 * its raw channel, which carries the domain, and calls that take it further. Whoever has the channel closed gives the session up.
 */
const base = oc.errors({ DOMUS: { status: 400, data: errorData } });
const onHost = z.object({ host: hostId, command: xlLine.optional() });
const onSession = z.object({ session: z.uuid() });
const opened = z.object({ task: z.string(), session: z.uuid(), ticket: z.string() });
const config = z.object({ text: z.string().max(1 << 20), source: z.string().max(4096) });

export const migrateContract = {
  migrate: {
    /**
     * Suspends the guest and sends it over the channel, as a save file has it; the event `ended` without a detail comes after the
     * last byte, one with a detail says why there is no more. Until `handOver` every failure lets the guest go on here.
     */
    send: base
      .input(
        onHost.extend({ domain: domainId, keepDomid: z.boolean().default(false), config: config.optional() }),
      )
      .output(opened.extend({ header: saveHeader })),
    /** Waits until the last byte was given to the channel. */
    sent: base.input(onSession).output(z.object({})),
    /** The target has all of it: the domain becomes `NAME--migratedaway`. Now only `end` decides. */
    handOver: base.input(onSession).output(z.object({})),
    /** `gone`: the target runs it, this copy is destroyed; else it goes on here. Resolves when that is done. */
    end: base.input(onSession.extend({ gone: z.boolean() })).output(z.object({})),
    /** Builds a domain from the channel, paused, as `NAME--incoming`. The channel needs the engine's credit. */
    receive: base.input(onHost).output(opened),
    /** Waits for the header. ERROR_FAIL with xl's sentences. */
    header: base.input(onSession).output(saveHeader),
    /** Waits until all of it is here. */
    received: base.input(onSession).output(z.object({ domain: domainId, domid, name: z.string().max(256) })),
    /** The domain gets its name and goes on, unless `paused`. If that fails nothing of it stays. */
    take: base.input(onSession.extend({ paused: z.boolean() })).output(z.object({ domain: domainId })),
    /** Gives up a domain that is being received; resolves when nothing of it is left. */
    drop: base.input(onSession).output(z.object({})),
  },
};
export type MigrateContract = typeof migrateContract;
