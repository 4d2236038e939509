/** One computer on the way, as `ssh -J` takes it. */
export interface Hop {
  readonly alias: string;
  readonly user: string | null;
  readonly port: number | null;
}

/** `user@host:port`, the host perhaps in brackets. */
export function parseHop(text: string): Hop {
  const match = /^(?:ssh:\/\/)?(?:([^@]+)@)?(?:\[([^\]]+)\]|([^:]+|[^:]*:[^:]*:.*))(?::(\d{1,5}))?$/.exec(
    text.trim(),
  );
  const [, user = null, bracketed, plain, port] = match ?? [];
  return { alias: bracketed ?? plain ?? text, user, port: port === undefined ? null : Number(port) };
}

/** What a `ProxyJump` names, first hop first; `none` is nobody. */
export const parseHops = (text: string): Hop[] =>
  text.trim().toLowerCase() === 'none' ? [] : text.split(',').map(parseHop);
