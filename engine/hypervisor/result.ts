/**
 * How the hypervisor answers: a value or a refusal, never an exception, as hypercalls do. The error numbers are Xen's;
 * the toolstack turns them into libxl's.
 */
export type Errno =
  /** Not allowed for this domain (Domain-0). */
  | 'EPERM'
  /** No such pool. */
  | 'ENOENT'
  /** No such domain, or one that is being torn down. */
  | 'ESRCH'
  /** No memory, or no free domid. */
  | 'ENOMEM'
  | 'EBUSY'
  | 'EEXIST'
  /** No such pCPU. */
  | 'ENODEV'
  | 'EINVAL'
  /** A counter or table is full. */
  | 'ENOSPC';

export interface Refusal {
  readonly ok: false;
  readonly errno: Errno;
  /** One sentence; where libxl has a sentence for it, that one. */
  readonly message: string;
}

export interface Done<T> {
  readonly ok: true;
  readonly value: T;
}

export type Result<T = void, R extends Refusal = Refusal> = Done<T> | R;

export function done(): Done<void>;
export function done<T>(value: T): Done<T>;
export function done<T>(value?: T): Done<T | undefined> {
  return { ok: true, value };
}

export function refuse(errno: Errno, message: string): Refusal {
  return { ok: false, errno, message };
}
