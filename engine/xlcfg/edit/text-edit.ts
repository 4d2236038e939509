/** Replace `text[start..end)` by `text`. Edits of one change do not overlap and come in ascending order. */
export interface TextEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  let result = '';
  let from = 0;
  for (const edit of edits) {
    result += text.slice(from, edit.start) + edit.text;
    from = edit.end;
  }
  return result + text.slice(from);
}

/** Sorted; where removals meet on a line the later one is cut short. */
export function inOrder(edits: readonly TextEdit[]): TextEdit[] {
  const sorted = [...edits].sort((a, b) => a.start - b.start || a.end - b.end);
  const result: TextEdit[] = [];
  let end = 0;
  for (const edit of sorted) {
    const start = Math.max(edit.start, end);
    if (edit.end < start) continue;
    result.push({ ...edit, start });
    end = edit.end;
  }
  return result;
}

/** The line around a position, without its newline. */
export function lineAround(
  text: string,
  start: number,
  end: number,
): { readonly start: number; readonly end: number } {
  const newline = text.indexOf('\n', end);
  return { start: text.lastIndexOf('\n', start - 1) + 1, end: newline < 0 ? text.length : newline };
}

export const isBlank = (text: string): boolean => /^[ \t]*$/.test(text);
