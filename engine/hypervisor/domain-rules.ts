import { type Errno, done, refuse, type Refusal, type Result } from './result.ts';

/** Where a domain stands as far as the legality of actions goes. */
export type Phase = 'live' | 'shutdown' | 'dying';

export type DomainAction = 'pause' | 'unpause' | 'shutdown' | 'resume' | 'softReset' | 'kill' | 'release';

interface Rule {
  /** Phases in which the action is legal; in others it fails with `errno`. */
  readonly phases: readonly Phase[];
  readonly errno: Errno;
  readonly why: string;
}

/** Who may do what when (Xen's domctl rules); none of it to Domain-0. Killing a dying domain is legal and does nothing. */
const rules: Record<DomainAction, Rule> = {
  pause: { phases: ['live', 'shutdown'], errno: 'ESRCH', why: 'is being torn down' },
  unpause: { phases: ['live', 'shutdown'], errno: 'ESRCH', why: 'is being torn down' },
  shutdown: { phases: ['live'], errno: 'EINVAL', why: 'is already shut down' },
  resume: { phases: ['shutdown'], errno: 'EINVAL', why: 'is not shut down' },
  softReset: { phases: ['shutdown'], errno: 'EINVAL', why: 'is not shut down' },
  kill: { phases: ['live', 'shutdown', 'dying'], errno: 'EINVAL', why: '' },
  release: { phases: ['dying'], errno: 'EBUSY', why: 'has not been killed' },
};

export function unknownDomain(domid: number): Refusal {
  return refuse('ESRCH', `Domain ${domid} does not exist.`);
}

/** Whether `action` is legal for a domain in `phase`. EPERM for Domain-0, ESRCH when it is being torn down. */
export function checkAction(domid: number, phase: Phase, action: DomainAction): Result {
  const rule = rules[action];
  if (domid === 0) return refuse('EPERM', `Domain-0 cannot be asked to ${action}.`);
  if (rule.phases.includes(phase)) return done();
  if (phase === 'dying') return refuse('ESRCH', `Domain ${domid} is being torn down.`);
  return refuse(rule.errno, `Domain ${domid} ${rule.why}.`);
}
