import { HighlightStyle, StreamLanguage, syntaxHighlighting, type StringStream } from '@codemirror/language';
import { tags } from '@lezer/highlight';

interface State {
  /** The quote a string that goes over lines began with. */
  quote: string | null;
  /** Open brackets: inside one, a word is no option's name. */
  depth: number;
  /** After the equals sign of this line. */
  value: boolean;
}

function inString(stream: StringStream, state: State): string {
  while (!stream.eol()) {
    if (stream.next() === state.quote) {
      state.quote = null;
      break;
    }
  }
  // xl's strings end with their line at the latest.
  if (stream.eol()) state.quote = null;
  return 'string';
}

function token(stream: StringStream, state: State): string | null {
  if (stream.sol() && state.depth === 0) state.value = false;
  if (state.quote !== null) return inString(stream, state);
  if (stream.eatSpace()) return null;
  const char = stream.next() ?? '';
  if (char === '#') {
    stream.skipToEnd();
    return 'comment';
  }
  if (char === '"' || char === "'") {
    state.quote = char;
    return inString(stream, state);
  }
  if (char === '[' || char === ']') {
    state.depth = Math.max(0, state.depth + (char === '[' ? 1 : -1));
    return 'bracket';
  }
  if (char === '=' || char === '+') {
    state.value = true;
    return 'operator';
  }
  if (/\d/.test(char)) {
    stream.eatWhile(/[\da-fA-FxX]/);
    return 'number';
  }
  if (/\w/.test(char)) {
    stream.eatWhile(/\w/);
    return state.value || state.depth > 0 ? null : 'propertyName';
  }
  if (char === ';') state.value = false;
  return null;
}

/** xl.cfg for colouring and brackets; what is legal is the engine's to say. */
export const cfgLanguage = StreamLanguage.define<State>({
  name: 'xl.cfg',
  startState: () => ({ quote: null, depth: 0, value: false }),
  token,
  languageData: { commentTokens: { line: '#' }, closeBrackets: { brackets: ['[', '"', "'"] } },
});

export const cfgColours = syntaxHighlighting(
  HighlightStyle.define([
    { tag: tags.propertyName, color: 'var(--mem)' },
    { tag: tags.string, color: 'var(--accent-text)' },
    { tag: tags.number, color: 'var(--disk)' },
    { tag: tags.comment, color: 'var(--ink-3)' },
    { tag: tags.operator, color: 'var(--ink-2)' },
  ]),
);
