import { z } from 'zod';
import { hostId } from './names.ts';

/** The Xen lab: real Xen hosts that run under QEMU on this computer. There are two; a wire joins them. */

export const labId = z.enum(['lab1', 'lab2']);
export type LabId = z.infer<typeof labId>;

/** `absent`: it has never been started, or was removed. */
export const labState = z.enum(['absent', 'off', 'starting', 'running', 'stopping']);
export type LabState = z.infer<typeof labState>;

/** May something be done here? If not: why, and what would help. */
export const labAbility = z.object({
  possible: z.boolean(),
  why: z.string().max(400).nullable(),
  fix: z.string().max(400).nullable(),
});
export type LabAbility = z.infer<typeof labAbility>;

/** The disk that new labs begin with. */
export const labImage = z.object({
  /** Of what it was made; the same on every computer with this version of Domus. */
  recipe: z.string().regex(/^[0-9a-f]{16}$/),
  /** `Xen 4.17, Linux 6.1.0-40-amd64` */
  version: z.string().max(200),
  bytes: z.int().min(0),
  /** Epoch ms. */
  builtAt: z.number(),
  /** False: another version of Domus made it; building makes the one that belongs to this version. */
  current: z.boolean(),
});
export type LabImage = z.infer<typeof labImage>;

export const labInfo = z.object({
  id: labId,
  state: labState,
  /** The host it is registered as; null while it is absent. */
  host: hostId.nullable(),
  /** Port of its SSH server on 127.0.0.1; null when off. */
  sshPort: z.int().min(1).max(65535).nullable(),
  /** Files with which `ssh` of this computer gets in; null while it is absent. */
  identityFile: z.string().max(4096).nullable(),
  knownHostsFile: z.string().max(4096).nullable(),
  /** Where what it prints on its serial port is kept. */
  consoleLog: z.string().max(4096).nullable(),
  /** Epoch ms; null when off. */
  startedAt: z.number().nullable(),
  /** Whether the processor helps (`kvm`) or is emulated (`tcg`); null when off. */
  accelerator: z.enum(['kvm', 'tcg']).nullable(),
  /** What it keeps on this computer beyond the image. */
  diskBytes: z.int().min(0),
  /** How it ended when nobody asked it to. */
  note: z.string().max(400).nullable(),
});
export type LabInfo = z.infer<typeof labInfo>;

export const labsInfo = z.object({
  image: labImage.nullable(),
  build: labAbility,
  run: labAbility,
  labs: z.array(labInfo).max(4),
});
export type LabsInfo = z.infer<typeof labsInfo>;
