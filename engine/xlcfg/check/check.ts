import type { ConfigDocument } from '../syntax/document.ts';
import { BOOT, DIRECT_BOOT } from './boot.ts';
import { Context, type HostFacts, type Message, Stop, type Step } from './context.ts';
import { DEVICE_MODEL } from './devicemodel.ts';
import { DEVICES } from './devices.ts';
import { DISPLAY } from './display.ts';
import { EVENTS } from './events.ts';
import { HVM } from './hvm.ts';
import { IDENTITY } from './identity.ts';
import { DOMAIN_CONFIG } from './layout.ts';
import { PASSTHROUGH } from './passthrough.ts';
import { RANGES } from './ranges.ts';
import { RESOURCES } from './resources.ts';
import { REST } from './rest.ts';
import { arrange, type Json } from './schema.ts';

/** The real tool's order: it decides which of several problems is reported first. */
const STEPS: readonly Step[] = [
  ...IDENTITY,
  ...RESOURCES,
  ...EVENTS,
  ...PASSTHROUGH,
  ...BOOT,
  ...HVM,
  ...DIRECT_BOOT,
  ...RANGES,
  ...DEVICES,
  ...DEVICE_MODEL,
  ...DISPLAY,
  ...REST,
];

/** libxl's domain configuration as its JSON: field order kept, defaults left out. */
export type DomainConfig = Readonly<Record<string, Json>>;

export interface CheckResult {
  /** Undefined when the file is refused. */
  readonly config: DomainConfig | undefined;
  /** In the order in which the real tool prints them, parse errors included. */
  readonly messages: readonly Message[];
  /** Exit code of `xl create -n`. */
  readonly rc: number;
}

function parseMessages(document: ConfigDocument): Message[] {
  return document.diagnostics.map(({ range: _, ...message }) => message);
}

function result(context: Context): DomainConfig {
  const { config, create, build, typed, type } = context;
  return arrange(DOMAIN_CONFIG, {
    ...config,
    c_info: create,
    b_info: { ...build, type: { [type]: typed } },
  });
}

/** Reads a parsed file into a domain configuration, as `xl create -n` does. Never throws. */
export function toDomainConfig(document: ConfigDocument, host: HostFacts): CheckResult {
  if (!document.ok) {
    const text = 'Failed to parse config: Invalid argument';
    const messages: Message[] = [
      ...parseMessages(document),
      { severity: 'error', kind: 'parse-failed', text },
    ];
    return { config: undefined, messages, rc: 1 };
  }
  const context = new Context(document, host);
  try {
    for (const step of STEPS) step(context);
    context.end();
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    return { config: undefined, messages: context.messages, rc: error.rc };
  }
  return { config: result(context), messages: context.messages, rc: 0 };
}
