import ssh2, { type ParsedKey } from 'ssh2';

/** A private key as its file has it. */
export interface LockedKey {
  readonly text: string;
  /** null: it needs none. */
  readonly passphrase: string | null;
}

/** `data` null: only whether the passphrase fits, and the public key (`ssh-ed25519 AAAA…`). */
export interface SigningRequest {
  readonly key: LockedKey;
  readonly data: Uint8Array | null;
  /** Of RSA signatures: sha256, sha512. */
  readonly hash: string | undefined;
}

export type SigningAnswer =
  | { readonly ok: true; readonly publicKey: string; readonly signature: Uint8Array | null }
  | { readonly ok: false; readonly why: 'passphrase' | 'unusable'; readonly detail: string };

/** How signatures come about: in this thread, or in one where unlocking a key holds nobody up. */
export type Signer = (request: SigningRequest) => Promise<SigningAnswer>;

/** Unlocking a key with a passphrase takes around half a second of pure computing (bcrypt, 16 rounds and more). */
export function signHere({ key, data, hash }: SigningRequest): SigningAnswer {
  const [found] = [
    ssh2.utils.parseKey(key.text, key.passphrase ?? undefined) as ParsedKey | ParsedKey[] | Error,
  ].flat();
  if (found instanceof Error || found === undefined) {
    const detail = found?.message ?? 'no key in it';
    const locked = /passphrase|decrypt|integrity|bad key|malformed/i.test(detail) && key.passphrase !== null;
    return { ok: false, why: locked ? 'passphrase' : 'unusable', detail };
  }
  const publicKey = `${found.type} ${found.getPublicSSH().toString('base64')}`;
  if (data === null) return { ok: true, publicKey, signature: null };
  const signature: unknown = found.sign(Buffer.from(data), hash);
  if (signature instanceof Error) return { ok: false, why: 'unusable', detail: signature.message };
  return { ok: true, publicKey, signature: signature as Uint8Array };
}
