import { z } from 'zod';
import { errorData } from './error.ts';
import { filePath } from './names.ts';

/** Hosts as a person adds them, the state of the connection to each, and what a look at one step by step has shown. */

/** A jump host: `[user@]name[:port]`, several separated by commas, as `ssh -J` takes them. */
const jumpHosts = z
  .string()
  .max(1000)
  .regex(
    /^([^\s,@]+@)?[^\s,@]+(,([^\s,@]+@)?[^\s,@]+)*$/,
    'Jump hosts look like user@gateway:22, separated by commas.',
  );

const sshAddress = z
  .string()
  .trim()
  .min(1, 'Which computer? A name, an address, or a Host of your ssh configuration.')
  .max(253)
  .regex(/^[A-Za-z0-9_.:[\]%-]+$/, 'An address has letters, digits and . - _ : only.')
  .refine((address) => !address.startsWith('-'), 'An address does not begin with a dash.');

/** What is remembered of a real Xen host. Secrets are never part of it. */
export const hostDraft = z.object({
  /** What the person calls it; '' = what dom0 calls itself. */
  name: z.string().trim().max(64).default(''),
  /** Hosts of one group stand together in the tree; '' = none. */
  group: z.string().trim().max(64).default(''),
  /** `local`: this computer itself is a dom0, no SSH. */
  transport: z.enum(['ssh', 'local']).default('ssh'),
  /** Name, address, or a `Host` alias of the ssh configuration. Not looked at when local. */
  address: sshAddress.default('localhost'),
  /** null: what the ssh configuration says, else 22. */
  port: z.int().min(1).max(65535).nullable().default(null),
  /** null: what the ssh configuration says, else the name of the person at this computer. */
  user: z
    .string()
    .min(1)
    .max(64)
    .regex(/^[^\s@:/]+$/, 'A user name has no blanks and no @ : /.')
    .nullable()
    .default(null),
  /** A private key file on this computer, tried before the agent's keys and the usual ones. */
  identityFile: filePath.nullable().default(null),
  /** A file in the format of known_hosts that is looked at before the usual ones: whoever made the host knows its key. */
  knownHostsFile: filePath.nullable().default(null),
  /** null: what the ssh configuration says (ProxyJump). */
  jump: jumpHosts.nullable().default(null),
  useSshConfig: z.boolean().default(true),
  useAgent: z.boolean().default(true),
  /** Run xl and its like through sudo; needless for root. */
  sudo: z.boolean().default(false),
  /** Connect when Domus starts. */
  autoconnect: z.boolean().default(true),
});
export type HostDraft = z.infer<typeof hostDraft>;
export type HostDraftInput = z.input<typeof hostDraft>;

/** Something only the person can say. At most one at a time per host. */
export const hostPrompt = z.object({
  id: z.string().max(64),
  kind: z.enum(['host-key', 'passphrase', 'password', 'keyboard-interactive', 'sudo']),
  /** One sentence: who asks for what. */
  message: z.string().max(1000),
  /** What is to be typed, in this order; none for a host key, which is accepted or not. */
  fields: z.array(z.object({ label: z.string().max(200), secret: z.boolean() })).max(8),
  /** Of `host-key`: what the other side showed. */
  hostKey: z
    .object({
      host: z.string().max(300),
      type: z.string().max(64),
      /** `SHA256:…`, as ssh-keygen -lf prints it. */
      fingerprint: z.string().max(100),
    })
    .nullable(),
  /** May the answer be kept in the system's keyring? */
  rememberable: z.boolean(),
});
export type HostPrompt = z.infer<typeof hostPrompt>;

/** Values in the order of the prompt's fields. A host key is accepted with no values. */
export const promptAnswer = z.object({
  /** False: the person will not say; the connection is given up. */
  accept: z.boolean(),
  values: z.array(z.string().max(4096)).max(8).default([]),
  /** Keep it in the system's keyring; else it is in the engine's memory only, until the host is removed or Domus ends. */
  remember: z.boolean().default(false),
});
export type PromptAnswer = z.infer<typeof promptAnswer>;

export const connectionState = z.enum([
  'disconnected',
  'connecting',
  'asking',
  'connected',
  'waiting',
  'failed',
]);
export type ConnectionState = z.infer<typeof connectionState>;

/**
 * `asking`: waits for the person's answer to `prompt`. `waiting`: lost or refused, tried again at `retryAt`. `failed`: trying
 * again by itself makes no sense (changed host key, wrong password, xl missing); `error` says what to do.
 */
export const hostConnection = z.object({
  state: connectionState,
  /** Epoch ms since when it is in this state. */
  since: z.number(),
  /** Epoch ms of the next try; only when `waiting`. */
  retryAt: z.number().nullable(),
  /** Tries since it was last connected. */
  attempt: z.int().min(0),
  /** What it does just now: `Checking the host key`. */
  stage: z.string().max(200),
  error: errorData.nullable(),
  prompt: hostPrompt.nullable(),
  /** `root@xen1:22 via gateway`, or `this computer`. */
  target: z.string().max(600),
});
export type HostConnection = z.infer<typeof hostConnection>;

/** The doctor's steps in their order. What comes after a failed step is `skipped`. */
export const doctorStepId = z.enum([
  'name',
  'port',
  'hostKey',
  'authentication',
  'shell',
  'sudo',
  'toolstack',
  'xenstore',
  'version',
]);
export type DoctorStepId = z.infer<typeof doctorStepId>;

export const doctorStep = z.object({
  id: doctorStepId,
  title: z.string().max(100),
  /** `asks`: goes on when the report's prompt is answered. `warning`: works, but not all of it. */
  state: z.enum(['ok', 'warning', 'failed', 'asks', 'skipped']),
  /** What was seen: `xen1 is 192.0.2.7`. */
  saw: z.string().max(1000),
  /** One thing to do about it. */
  fix: z.string().max(1000).nullable(),
  ms: z.number().min(0),
});
export type DoctorStep = z.infer<typeof doctorStep>;

export const doctorReport = z.object({
  ok: z.boolean(),
  steps: z.array(doctorStep).max(20),
  /** What has to be answered to get further; call again with the answer added to `answers`. */
  prompt: hostPrompt.nullable(),
});
export type DoctorReport = z.infer<typeof doctorReport>;

/** Where passwords and passphrases could be kept; `why` when they cannot. */
export const secretStore = z.object({ available: z.boolean(), why: z.string().max(400).nullable() });
export type SecretStore = z.infer<typeof secretStore>;

/** What a host can lack. The sentences in `HostInfo.lacks` say why, for the control that is therefore disabled. */
export const hostFeature = z.enum([
  /** Changing how much memory the host has. */
  'hostMemory',
  /** Ready-made images in New domain. */
  'images',
  'terminal',
  'display',
  'thumbnails',
  'hardware',
  'scheduler',
  'pools',
  'xenstore',
  'logs',
  'dumpCore',
  'importLegacy',
  'save',
  /** Its bridges and its pools of storage. */
  'inventory',
  'connection',
]);
export type HostFeature = z.infer<typeof hostFeature>;
