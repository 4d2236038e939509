import {
  snippet,
  startCompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
} from '@codemirror/autocomplete';
import type { ConfigOption } from '../../../engine/api/dom0.ts';

/** What follows the equals sign; `${}` is where the person goes on. */
const templates: Readonly<Record<ConfigOption['kind'], string>> = {
  text: '"${}"',
  choice: '"${}"',
  either: '"${}"',
  integer: '${}',
  boolean: '${1}',
  list: '[ ${} ]',
  devices: '[ "${}" ]',
};

function explain(option: ConfigOption): string {
  const facts = [
    option.preset === undefined ? '' : `Default: ${option.preset}.`,
    option.unit ? `In ${option.unit}.` : '',
    option.guests.length < 3
      ? `For ${option.guests.map((guest) => guest.toUpperCase()).join(' and ')} only.`
      : '',
    option.insteadUse ? `Old: use ${option.insteadUse}.` : '',
  ];
  return [option.summary.replace(/[^.]$/, '$&.'), ...facts].filter(Boolean).join(' ');
}

function keyCompletion(option: ConfigOption): Completion {
  return {
    label: option.key,
    type: 'property',
    detail: option.kind,
    info: explain(option),
    apply(view, completion, from, to) {
      snippet(`${option.key} = ${templates[option.kind]}`)(view, completion, from, to);
      if (valuesOf(option)) startCompletion(view);
    },
    boost: option.insteadUse ? -50 : 0,
  };
}

/** Values of a choice and the words of a truth value; null for other options. */
function valuesOf(option: ConfigOption | undefined): readonly string[] | null {
  return option?.kind === 'choice' && option.values ? option.values : null;
}

/** Completes names of options at the beginning of a line, and the words of a choice after its equals sign. */
export function cfgCompletion(options: () => readonly ConfigOption[]) {
  return (context: CompletionContext): CompletionResult | null => {
    const line = context.state.doc.lineAt(context.pos);
    const before = line.text.slice(0, context.pos - line.from);
    const key = /^\s*(\w*)$/.exec(before);
    if (key) {
      const word = key[1] ?? '';
      if (word === '' && !context.explicit) return null;
      const rest = line.text.slice(before.length);
      const named = /^\w*\s*\+?=/.test(rest);
      return {
        from: context.pos - word.length,
        options: options().map((option) => {
          const completion = keyCompletion(option);
          return named ? { ...completion, apply: option.key } : completion;
        }),
        validFor: /^\w*$/,
      };
    }
    const value = /^\s*(\w+)\s*=\s*(["']?)([\w-]*)$/.exec(before);
    const values = value && valuesOf(options().find((option) => option.key === value[1]));
    if (!value || !values) return null;
    const [, , quote = '', word = ''] = value;
    return {
      from: context.pos - word.length,
      options: values.map((label) => ({ label, type: 'constant', apply: quote ? label : `"${label}"` })),
      validFor: /^[\w-]*$/,
    };
  };
}
