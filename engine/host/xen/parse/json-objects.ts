import { setImmediate } from 'node:timers/promises';

/** After this much others get their turn. */
const sliceBytes = 64 * 1024;
const sliceObjects = 200;

/** Texts of the objects in a JSON array, by counting braces outside of strings. */
function* elements(text: string): Generator<string> {
  let depth = 0;
  let from = -1;
  const token = /["{}]/g;
  for (let match = token.exec(text); match; match = token.exec(text)) {
    if (match[0] === '"') {
      const string = /(?:[^"\\]|\\.)*"/gsy;
      string.lastIndex = token.lastIndex;
      if (!string.test(text)) return;
      token.lastIndex = string.lastIndex;
    } else if (match[0] === '{') {
      if (depth === 0) from = match.index;
      depth += 1;
    } else if (depth > 0) {
      depth -= 1;
      if (depth === 0) yield text.slice(from, match.index + 1);
    }
  }
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

/**
 * The objects of a JSON array that another computer printed, however it is indented and whatever stands before it. One at a
 * time, so that a thousand of them do not hold everything up; one that cannot be read is left out.
 */
export async function* jsonObjects(text: string): AsyncGenerator<Record<string, unknown>> {
  let bytes = 0;
  let objects = 0;
  for (const element of elements(text)) {
    const value = parsed(element);
    if (value) yield value;
    bytes += element.length;
    objects += 1;
    if (bytes < sliceBytes && objects < sliceObjects) continue;
    bytes = objects = 0;
    await setImmediate();
  }
}
