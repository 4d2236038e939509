import { dom0Uuid, DomusError } from '../../../api/index.ts';
import { checkReplacement } from '../../../toolstack/config-text.ts';
import { stableMac } from '../../../toolstack/machine-spec.ts';
import { type Json, printDomainJson } from '../../../xlcfg/index.ts';
import type { Operation } from '../../host.ts';
import type { HostContext } from '../context.ts';
import { liveTarget, type Target } from './target.ts';

type Fields = Readonly<Record<string, Json>>;

/**
 * Replaces the file of a configured domain. ERROR_NOTFOUND without one; ERROR_INVAL with the reader's words for a text xl
 * refuses, and when name or UUID would change: that is another domain.
 */
export async function writeConfig(host: HostContext, id: string, text: string, op: Operation): Promise<void> {
  const domain = host.domains.get(id);
  const { definition } = domain;
  if (!definition) throw new DomusError('ERROR_NOTFOUND', `${domain.name} has no configuration file.`);
  const warnings = checkReplacement(definition, text, host.pcpus);
  warnings.forEach((warning) => op.log(warning));
  await domain.exclusive.run('configuring', op.signal, () => host.replaceDefinition(definition, text));
  op.log(`Wrote ${definition.path}.`);
  if (domain.live) op.log('It takes effect at the next start.');
}

/** The running configuration as `xl list -l DOMAIN` prints it. */
export function longConfig(host: HostContext, id: string): string {
  const target = liveTarget(host, id);
  const config = id === dom0Uuid ? dom0Config(host) : liveConfig(host, target);
  return printDomainJson([{ domid: target.domid, config }]);
}

function schedParams(host: HostContext, domid: number): Fields {
  const params = host.toolstack.scheduler.domainParams(domid);
  return { sched: params?.scheduler ?? 'credit2', weight: params?.weight ?? 256, cap: params?.cap ?? 0 };
}

function dom0Config(host: HostContext): Fields {
  const memory = host.toolstack.ledger.domain(0);
  return {
    c_info: { type: 'pv', name: 'Domain-0' },
    b_info: {
      max_memkb: memory?.staticMaxKiB ?? 0,
      target_memkb: memory?.targetKiB ?? 0,
      sched_params: schedParams(host, 0),
      'type.pv': {},
      arch_arm: {},
      arch_x86: {},
    },
  };
}

const fields = (value: Json | undefined): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
const list = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? (value as Json[]) : []);

/** As configured, with what is different now: name, memory, scheduling; and what was made up at the start. */
export function liveConfig(host: HostContext, { domid, name, domain, live }: Target): Fields {
  const libxl = live?.config.libxl ?? {};
  const uuid = host.toolstack.table.get(domid)?.uuid ?? domain?.id ?? '';
  const memory = host.toolstack.ledger.domain(domid);
  const nics = list(libxl['nics']).map((nic, index) => ({
    devid: index,
    mac: stableMac(uuid, index),
    ...fields(nic),
  }));
  const build = fields(libxl['b_info']);
  return {
    ...libxl,
    c_info: { ...fields(libxl['c_info']), name, uuid },
    b_info: {
      ...build,
      max_memkb: memory?.staticMaxKiB ?? 0,
      target_memkb: memory?.targetKiB ?? 0,
      sched_params: schedParams(host, domid),
    },
    ...(nics.length > 0 && { nics }),
  };
}
