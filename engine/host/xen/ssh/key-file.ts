/** What a private key file tells without its passphrase. Pure. */
export interface KeyFile {
  readonly encrypted: boolean;
  /** `ssh-ed25519 AAAA…`; null when only the decrypted key would tell (PEM files of old). */
  readonly publicKey: string | null;
}

const magic = 'openssh-key-v1\0';

/** One length-prefixed string of the SSH wire format; null past the end. */
function stringAt(bytes: Buffer, at: number): { value: Buffer; next: number } | null {
  if (at + 4 > bytes.length) return null;
  const next = at + 4 + bytes.readUInt32BE(at);
  return next > bytes.length ? null : { value: bytes.subarray(at + 4, next), next };
}

function openSsh(bytes: Buffer): KeyFile | null {
  if (bytes.toString('latin1', 0, magic.length) !== magic) return null;
  const cipher = stringAt(bytes, magic.length);
  const kdf = cipher && stringAt(bytes, cipher.next);
  const options = kdf && stringAt(bytes, kdf.next);
  // Then the number of keys, which is always one.
  const blob = options && stringAt(bytes, options.next + 4);
  const type = blob && stringAt(blob.value, 0);
  if (!cipher || !blob || !type) return null;
  return {
    encrypted: cipher.value.toString('latin1') !== 'none',
    publicKey: `${type.value.toString('latin1')} ${blob.value.toString('base64')}`,
  };
}

/** null: this is no private key. */
export function readKeyFile(text: string): KeyFile | null {
  const match = /-----BEGIN ([A-Z0-9 ]*)PRIVATE KEY-----\r?\n([\s\S]*?)-----END/.exec(text);
  if (!match) return null;
  const [, kind = '', body = ''] = match;
  if (kind === 'OPENSSH ') return openSsh(Buffer.from(body.replace(/\s+/g, ''), 'base64'));
  return { encrypted: kind === 'ENCRYPTED ' || /Proc-Type: 4,ENCRYPTED/.test(body), publicKey: null };
}
