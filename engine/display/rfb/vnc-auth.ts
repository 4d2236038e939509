import { createCipheriv, randomBytes, timingSafeEqual } from 'node:crypto';

/** VNC authentication (RFC 6143 §7.2.2): the viewer encrypts these bytes with the password as DES key. */
export const challengeBytes = 16;
export const newChallenge = (): Uint8Array => randomBytes(challengeBytes);

/** Only so many bytes of a password count. */
const passwordBytes = 8;

/** VNC takes the bits of every byte of the key in the opposite order. */
function mirrored(byte: number): number {
  let out = 0;
  for (let bit = 0; bit < 8; bit += 1) out |= ((byte >> bit) & 1) << (7 - bit);
  return out;
}

/** What a viewer that knows the password answers to the challenge. */
export function responseTo(challenge: Uint8Array, password: string): Uint8Array {
  const key = Buffer.alloc(passwordBytes);
  key.set(Buffer.from(password, 'utf8').subarray(0, passwordBytes).map(mirrored));
  // Triple DES with one key three times is DES, which not every build of Node still has; so is CBC block by block.
  const block = (at: number): Buffer =>
    createCipheriv('des-ede3-cbc', Buffer.concat([key, key, key]), Buffer.alloc(8))
      .setAutoPadding(false)
      .update(challenge.subarray(at, at + 8));
  return Buffer.concat([block(0), block(8)]);
}

export const knowsPassword = (challenge: Uint8Array, answer: Uint8Array, password: string): boolean =>
  answer.length === challengeBytes && timingSafeEqual(answer, responseTo(challenge, password));
