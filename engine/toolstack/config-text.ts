import { randomBytes, randomUUID } from 'node:crypto';
import { type ConfigCheck, type ConfigOption, DomusError, type LegacyImport } from '../api/index.ts';
import {
  type ConfigDocument,
  configHints,
  importLegacy as importText,
  type Message,
  OPTION_GROUPS,
  parseConfig,
  printDomainJson,
  toDomainConfig,
} from '../xlcfg/index.ts';
import type { GuestConfig } from './guest-config.ts';
import { readGuestConfig } from './read-config.ts';

/** What can be said of a text alone, whichever host it is for. */

const maxMessages = 500;

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
export function checkConfig(pcpus: number, text: string, source: string): ConfigCheck {
  const cpus = Array.from({ length: pcpus }, (_, cpu) => cpu);
  const document = parseConfig(text, source);
  const { config, messages, rc } = toDomainConfig(document, {
    topology: { cpuCount: pcpus, nodes: [cpus] },
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

/** A text that is to take a configuration's place, and what its reader warned of. */
interface Replacement {
  readonly path: string;
  readonly config: Pick<GuestConfig, 'name' | 'uuid'>;
}

/**
 * May the text take this file's place? Its warnings. ERROR_INVAL with the reader's words for a text xl refuses, and when name
 * or UUID would change: that is another domain.
 */
export function checkReplacement(file: Replacement, text: string, pcpus: number): readonly string[] {
  const { config, warnings } = readGuestConfig(text, file.path, pcpus);
  if (config.name !== file.config.name) {
    throw new DomusError('ERROR_INVAL', `The text is about ${config.name}, not ${file.config.name}.`, {
      field: 'name',
      fix: 'Keep the name here; use Rename to change it.',
    });
  }
  if ((config.uuid ?? file.config.uuid) !== (file.config.uuid ?? config.uuid)) {
    throw new DomusError('ERROR_INVAL', `The UUID of ${config.name} cannot be changed.`, { field: 'uuid' });
  }
  return warnings;
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
