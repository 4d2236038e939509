/** Pieces of an xl.cfg text for colouring. Joined together they are the text again. */
export interface CfgToken {
  readonly kind: 'key' | 'text' | 'number' | 'comment' | 'plain';
  readonly text: string;
}

const pattern =
  /(?<comment>#[^\n]*)|(?<text>"[^"\n]*"?|'[^'\n]*'?)|(?<key>^[ \t]*[A-Za-z_]\w*(?=\s*\+?=))|(?<number>\b\d[\da-fx]*\b)/gim;

const kinds = ['comment', 'text', 'key', 'number'] as const;

/** For reading only: what is legal is the engine's to say. */
export function cfgTokens(source: string): CfgToken[] {
  const tokens: CfgToken[] = [];
  let end = 0;
  for (const match of source.matchAll(pattern)) {
    if (match.index > end) tokens.push({ kind: 'plain', text: source.slice(end, match.index) });
    const kind = kinds.find((name) => match.groups?.[name] !== undefined) ?? 'plain';
    tokens.push({ kind, text: match[0] });
    end = match.index + match[0].length;
  }
  if (end < source.length) tokens.push({ kind: 'plain', text: source.slice(end) });
  return tokens;
}
