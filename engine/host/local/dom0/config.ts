import { randomBytes, randomUUID } from 'node:crypto';
import {
  type ConfigCheck,
  type ConfigOption,
  dom0Uuid,
  DomusError,
  type LegacyImport,
} from '../../../api/index.ts';
import { readGuestConfig } from '../../../toolstack/read-config.ts';
import { stableMac } from '../../../toolstack/machine-spec.ts';
import {
  type ConfigDocument,
  configHints,
  importLegacy as importText,
  type Json,
  type Message,
  OPTION_GROUPS,
  parseConfig,
  printDomainJson,
  toDomainConfig,
} from '../../../xlcfg/index.ts';
import type { Operation } from '../../host.ts';
import type { HostContext } from '../context.ts';
import { liveTarget, type Target } from './target.ts';

const maxMessages = 500;
type Fields = Readonly<Record<string, Json>>;

/** Where an editor marks a message: the assignment it is about, else its line, else the first. */
function place(document: ConfigDocument, message: Message): { line: number; from: number; to: number } {
  const assignment = document.assignments.findLast(({ key }) => key === message.param);
  const line = Math.max(1, message.line ?? assignment?.line ?? 1);
  const text = document.text.split('\n')[line - 1] ?? '';
  return { line, from: text.length - text.trimStart().length, to: text.trimEnd().length };
}

function diagnostics(document: ConfigDocument, messages: readonly Message[]): ConfigCheck['diagnostics'] {
  if (!document.ok) {
    return document.diagnostics.map(({ severity, text, range }) => ({
      severity,
      line: Math.max(1, range.line),
      from: Math.max(0, range.column - 1),
      to: Math.max(0, range.endColumn - 1),
      message: text.slice(0, 1000),
    }));
  }
  return messages.map((message) => {
    const { severity, text } = message;
    return { severity, ...place(document, message), message: text.slice(0, 1000) };
  });
}

/** Advice xl itself does not give: misspelt, old and useless options. Only an editor shows it. */
function advice(document: ConfigDocument): ConfigCheck['diagnostics'] {
  return configHints(document).map(({ start, end, text }) => {
    const before = document.text.slice(0, start).split('\n');
    const from = before.at(-1)?.length ?? 0;
    const lineLength = (document.text.split('\n')[before.length - 1] ?? '').length;
    const to = Math.min(lineLength, from + Math.max(1, end - start));
    return { severity: 'warning', line: before.length, from, to, message: text.slice(0, 1000) };
  });
}

/** What `xl create -n` says of a text. Never refuses. */
export function checkConfig(host: HostContext, text: string, source: string): ConfigCheck {
  const cpus = Array.from({ length: host.pcpus }, (_, cpu) => cpu);
  const document = parseConfig(text, source);
  const { config, messages, rc } = toDomainConfig(document, {
    topology: { cpuCount: host.pcpus, nodes: [cpus] },
    randomUuid: () => randomUUID(),
    randomBytes: (count) => [...randomBytes(count)],
  });
  return {
    rc,
    messages: messages
      .flatMap((message) => message.text.split('\n'))
      .slice(0, maxMessages)
      .map((line) => line.slice(0, 2000)),
    diagnostics: [...diagnostics(document, messages), ...advice(document)].slice(0, maxMessages),
    json: config && rc === 0 ? printDomainJson(config) : '',
  };
}

/** The table of options, as an editor completes and explains them. */
export function configOptions(): ConfigOption[] {
  return OPTION_GROUPS.flatMap(({ title, options }) =>
    options.map(({ guests, values, ...option }) => ({
      ...option,
      group: title,
      guests: [...guests],
      ...(values && { values: [...values] }),
    })),
  );
}

/**
 * Replaces the file of a configured domain. ERROR_NOTFOUND without one; ERROR_INVAL with the reader's words for a text xl
 * refuses, and when name or UUID would change: that is another domain.
 */
export async function writeConfig(host: HostContext, id: string, text: string, op: Operation): Promise<void> {
  const domain = host.domains.get(id);
  const { definition } = domain;
  if (!definition) throw new DomusError('ERROR_NOTFOUND', `${domain.name} has no configuration file.`);
  const { config, warnings } = readGuestConfig(text, definition.path, host.pcpus);
  if (config.name !== definition.config.name) {
    throw new DomusError('ERROR_INVAL', `The text is about ${config.name}, not ${definition.config.name}.`, {
      field: 'name',
      fix: 'Keep the name here; use Rename to change it.',
    });
  }
  if ((config.uuid ?? definition.config.uuid) !== (definition.config.uuid ?? config.uuid)) {
    throw new DomusError('ERROR_INVAL', `The UUID of ${domain.name} cannot be changed.`, { field: 'uuid' });
  }
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

/** Turns a file of xm's days into one of today's. Python in it is read, never run. */
export function importLegacy(text: string): LegacyImport {
  const { text: converted, changes, unconverted } = importText(text);
  return {
    text: converted,
    changes: changes.slice(0, 2000).map(({ line, before, after, why }) => ({
      line,
      before: before.slice(0, 2000),
      after: after.slice(0, 2000),
      why: why.slice(0, 500),
    })),
    problems: unconverted
      .slice(0, 500)
      .map(({ line, text: what, why }) => `Line ${line}: ${why}: ${what}`.slice(0, 1000)),
  };
}
