import type { ConnectionState } from '../../engine/api/hosts.ts';
import { whyOffline } from '../ui/host-look.ts';
import type { HostContext, WhyNot } from './action.ts';
import { needsEngine } from './rules.ts';

/** Only hosts that people added have a connection. */
export function needsLink(context: HostContext): true | WhyNot {
  const why = context.host.lacks.connection;
  return why === undefined ? needsEngine(context) : { why };
}

/** What is possible in some states of the connection only. */
export function linkRule(context: HostContext, states: readonly ConnectionState[]): true | WhyNot {
  const ready = needsLink(context);
  if (ready !== true) return ready;
  const { host } = context;
  if (host.connection && states.includes(host.connection.state)) return true;
  return { why: whyOffline(host) ?? `${host.name} is connected.` };
}
