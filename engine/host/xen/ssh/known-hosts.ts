import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** known_hosts as OpenSSH writes it (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT). Pure. */

export interface KnownKey {
  readonly marker: 'revoked' | 'cert-authority' | null;
  /** The host column: patterns separated by commas, or `|1|salt|hash`. */
  readonly hosts: string;
  readonly type: string;
  readonly key: Uint8Array;
  /** For people: `~/.ssh/known_hosts:12`. */
  readonly where: string;
}

const maxLines = 50_000;

/** The keys of a file; what is no key is passed over. `file` is how messages call it. */
export function parseKnownHosts(text: string, file: string): KnownKey[] {
  const keys: KnownKey[] = [];
  for (const [index, raw] of text.split('\n').slice(0, maxLines).entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const words = line.split(/\s+/);
    const marker = words[0]?.startsWith('@') ? words.shift()?.slice(1) : null;
    const [hosts, type, base64] = words;
    if (hosts === undefined || type === undefined || base64 === undefined) continue;
    if (marker !== null && marker !== 'revoked' && marker !== 'cert-authority') continue;
    const key = Buffer.from(base64, 'base64');
    if (key.length > 0)
      keys.push({ marker: marker ?? null, hosts, type, key, where: `${file}:${index + 1}` });
  }
  return keys;
}

/** The name a host goes by there: in brackets with its port when that is not 22. */
export const knownName = (host: string, port: number): string =>
  (port === 22 ? host : `[${host}]:${port}`).toLowerCase();

function patternMatches(pattern: string, name: string): boolean {
  const source = pattern
    .toLowerCase()
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`).test(name);
}

function hashMatches(hosts: string, name: string): boolean {
  const [, version, salt = '', hash = ''] = hosts.split('|');
  if (version !== '1') return false;
  const expected = Buffer.from(hash, 'base64');
  const found = createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest();
  return expected.length === found.length && timingSafeEqual(expected, found);
}

/** Is this line about the host of that name (see `knownName`)? */
export function appliesTo(hosts: string, name: string): boolean {
  if (hosts.startsWith('|')) return hashMatches(hosts, name);
  let applies = false;
  for (const pattern of hosts.split(',')) {
    if (pattern.startsWith('!')) {
      if (patternMatches(pattern.slice(1), name)) return false;
    } else if (patternMatches(pattern, name)) applies = true;
  }
  return applies;
}

export type HostKeyVerdict =
  | { readonly state: 'known' }
  /** Nothing is known of it; `others`: keys of other kinds that are known. */
  | { readonly state: 'unknown'; readonly others: readonly KnownKey[] }
  /** Another key of the same kind is known. */
  | { readonly state: 'changed'; readonly expected: KnownKey }
  | { readonly state: 'revoked'; readonly by: KnownKey };

const same = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && timingSafeEqual(a, b);

/** What is to be thought of the key a host shows. */
export function judge(keys: readonly KnownKey[], name: string, shown: Uint8Array): HostKeyVerdict {
  const type = keyType(shown);
  const own = keys.filter(({ hosts }) => appliesTo(hosts, name));
  const revoked = own.find(({ marker, key }) => marker === 'revoked' && same(key, shown));
  if (revoked) return { state: 'revoked', by: revoked };
  const plain = own.filter(({ marker }) => marker === null);
  if (plain.some(({ key }) => same(key, shown))) return { state: 'known' };
  const expected = plain.find((key) => key.type === type);
  return expected ? { state: 'changed', expected } : { state: 'unknown', others: plain };
}

/** Kinds of keys known for a host, so that it can be asked for one of those. */
export const knownTypes = (keys: readonly KnownKey[], name: string): string[] => [
  ...new Set(
    keys.filter(({ marker, hosts }) => marker === null && appliesTo(hosts, name)).map(({ type }) => type),
  ),
];

/** The first string of a public key blob: `ssh-ed25519`. */
export function keyType(blob: Uint8Array): string {
  const bytes = Buffer.from(blob);
  if (bytes.length < 4) return 'unknown';
  const length = bytes.readUInt32BE(0);
  return length > 64 || 4 + length > bytes.length ? 'unknown' : bytes.toString('latin1', 4, 4 + length);
}

/** As `ssh-keygen -lf` prints it. */
export const fingerprint = (blob: Uint8Array): string =>
  `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;

/** The line that makes a key known. */
export const knownHostsLine = (name: string, key: Uint8Array): string =>
  `${name} ${keyType(key)} ${Buffer.from(key).toString('base64')}\n`;
