import {
  dom0Uuid,
  type DomainInfo,
  type DomainOperation,
  type DomainState,
} from '../../engine/api/domain.ts';
import type { HostInfo } from '../../engine/api/host.ts';
import type { HostFeature } from '../../engine/api/hosts.ts';
import { whyOffline } from '../ui/host-look.ts';
import { isSuspended } from '../ui/domain-state.ts';
import type { ActionContext, DomainContext, HostContext, WhyNot } from './action.ts';

/** Sentences about what is under way. */
const doing: Record<DomainOperation, string> = {
  creating: 'is being created',
  starting: 'is starting',
  pausing: 'is being paused',
  unpausing: 'is being continued',
  'shutting-down': 'is shutting down',
  rebooting: 'is rebooting',
  destroying: 'is being forced off',
  removing: 'is being deleted',
  saving: 'is being saved',
  restoring: 'is being restored',
  migrating: 'is migrating',
  configuring: 'is being reconfigured',
};

/** Sentences about a state that does not allow what was asked, and the action that changes it. */
const stands: Record<DomainState, { text: string; fix?: string }> = {
  off: { text: 'is off', fix: 'domain.start' },
  running: { text: 'is running' },
  blocked: { text: 'is running' },
  paused: { text: 'is paused', fix: 'domain.unpause' },
  shutdown: { text: 'has shut down and waits to be cleaned up', fix: 'domain.destroy' },
  crashed: { text: 'has crashed', fix: 'domain.destroy' },
  dying: { text: 'is being torn down' },
};

const suspended = { text: 'is suspended', fix: 'domain.resume' };

/** Nothing that needs the engine can be done without it. */
export function needsEngine({ online }: ActionContext): true | WhyNot {
  return online || { why: 'There is no connection to the engine just now. Domus reconnects by itself.' };
}

/** The host has to answer. What would help depends on how it stands with the connection. */
export function onlineRule(host: HostInfo): true | WhyNot {
  const why = whyOffline(host);
  if (why === null) return true;
  const state = host.connection?.state;
  if (state === 'waiting') return { why, fix: 'host.reconnect' };
  if (state === 'asking') return { why, fix: 'host.answer' };
  return state === 'connecting' ? { why } : { why, fix: 'host.connect' };
}

/** A rule for what not every host can do: the host's own reason goes first. */
export function needing<C extends HostContext>(
  feature: HostFeature,
  rule: (context: C) => true | WhyNot,
): (context: C) => true | WhyNot {
  return (context) => {
    const why = context.host.lacks[feature];
    return why === undefined ? rule(context) : { why };
  };
}

export const isDom0 = ({ uuid }: DomainInfo): boolean => uuid === dom0Uuid;

export interface DomainRule {
  /** States in which the action is legal (those of the engine's `Host` interface). */
  readonly states: readonly DomainState[];
  /** Operations that it may cut short; any other operation stands in its way. */
  readonly interrupts?: readonly DomainOperation[];
  /** Why Domain-0 is excepted, after "Domain-0 ". */
  readonly dom0: string;
  /** Fix for a state, instead of the usual one; null: none. */
  readonly fixes?: Partial<Record<DomainState, string | null>>;
}

/** The usual rule: engine there, host there, not Domain-0, nothing in the way, legal state. */
export function domainRule(context: DomainContext, rule: DomainRule): true | WhyNot {
  const { domain, operation } = context;
  const ready = hostRule(context);
  if (ready !== true) return ready;
  if (isDom0(domain)) return { why: `Domain-0 ${rule.dom0}` };
  if (operation && !rule.interrupts?.includes(operation))
    return { why: `${domain.name} ${doing[operation]}.` };
  if (rule.states.includes(domain.state)) return true;
  const { text, fix: usual } = isSuspended(domain) ? suspended : stands[domain.state];
  const own = rule.fixes?.[domain.state];
  const fix = own === undefined ? usual : own;
  return { why: `${domain.name} ${text}.`, ...(fix ? { fix } : {}) };
}

/** What can be changed on a live domain, Domain-0 included: engine there, host there, domain live. */
export function liveRule(context: DomainContext): true | WhyNot {
  const { domain } = context;
  const ready = hostRule(context);
  if (ready !== true) return ready;
  if (domain.domid !== null && domain.state !== 'dying') return true;
  const { text, fix } = stands[domain.state];
  return { why: `${domain.name} ${text}.`, ...(fix ? { fix } : {}) };
}

/** What can be done to a host that answers. */
export function hostRule(context: HostContext): true | WhyNot {
  const engine = needsEngine(context);
  if (engine !== true) return engine;
  return onlineRule(context.host);
}
