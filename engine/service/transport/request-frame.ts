/**
 * Checks messages before oRPC sees them: its adapters take a client's word for a message's shape, and garbage would end
 * as unhandled rejections of the engine. Only what Domus' own clients send passes: calls without headers, and aborts.
 */

/** Largest message from a client, in characters. */
export const maxMessageChars = 1024 * 1024;
/** Deepest nesting of objects and arrays in a message. */
export const maxDepth = 32;
/** Most notes (`meta`) on values that JSON lacks. */
const maxMeta = 256;
/** The one such value that calls have: `undefined`, as oRPC numbers it. */
const typeUndefined = 3;

export type RequestFrame =
  | { readonly type: 'call'; readonly id: string }
  | { readonly type: 'abort'; readonly id: string }
  | { readonly type: 'bad'; readonly reason: string };

const bad = (reason: string): RequestFrame => ({ type: 'bad', reason });

/** Depth of nesting, told from the text so that nothing deep is ever parsed. Brackets within strings do not count. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let i = 0; i < text.length; i += 1) {
    const char = text.charCodeAt(i);
    if (inString) {
      if (char === 0x5c) i += 1;
      else if (char === 0x22) inString = false;
    } else if (char === 0x22) inString = true;
    else if (char === 0x7b || char === 0x5b) {
      depth += 1;
      if (depth > deepest) deepest = depth;
    } else if (char === 0x7d || char === 0x5d) depth -= 1;
  }
  return deepest;
}

type Fields = Record<string, unknown>;
const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const hasOnly = (value: Fields, keys: readonly string[]): boolean =>
  Object.keys(value).every((key) => keys.includes(key));

const isSegment = (value: unknown): boolean =>
  typeof value === 'string' || (typeof value === 'number' && Number.isInteger(value));
const isMeta = (value: unknown): boolean =>
  value === undefined ||
  (Array.isArray(value) &&
    value.length <= maxMeta &&
    value.every(
      (item) =>
        Array.isArray(item) && item.length <= maxDepth && item[0] === typeUndefined && item.every(isSegment),
    ));

/** `{ u: path, b: { json, meta? } }`: path, body; no headers, no other method than POST. */
function isCall(payload: unknown): boolean {
  if (!isObject(payload) || !hasOnly(payload, ['u', 'b'])) return false;
  if (typeof payload['u'] !== 'string' || !/^(\/[A-Za-z0-9]{1,64}){1,4}$/.test(payload['u'])) return false;
  const body = payload['b'];
  if (body === undefined) return true;
  return isObject(body) && hasOnly(body, ['json', 'meta']) && isMeta(body['meta']);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const typeAbort = 4;

/** What one message is. `message` null: neither text nor bytes. */
export function readRequestFrame(message: string | Uint8Array | null): RequestFrame {
  if (typeof message !== 'string') return bad('Calls are text messages.');
  if (message.length > maxMessageChars) return bad('The message is too large.');
  if (depthOf(message) > maxDepth) return bad('The message is nested too deeply.');
  const frame = parse(message);
  if (!isObject(frame) || !hasOnly(frame, ['i', 't', 'p'])) return bad('The message is not a call.');
  const { i: id, t: type, p: payload } = frame;
  if (typeof id !== 'string' || !/^[\x21-\x7e]{1,32}$/.test(id)) return bad('The call has no proper id.');
  if (type === typeAbort) return { type: 'abort', id };
  if (type !== undefined || !isCall(payload)) return bad('The message is not a call.');
  return { type: 'call', id };
}
