/**
 * Values of XenStore are bytes. The contract has them as latin-1; a person reads and types UTF-8, with `\xNN` for what
 * is not text and `\\` for a backslash.
 */

const printable = /^[^\p{Cc}]*$/u;

function bytesOf(latin1: string): Uint8Array {
  return Uint8Array.from(latin1, (char) => char.charCodeAt(0) & 255);
}

/** Bytes (as latin-1) as a person reads them. */
export function toText(latin1: string): string {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytesOf(latin1));
    if (printable.test(text)) return text.replaceAll('\\', '\\\\');
  } catch {
    // Not UTF-8: byte by byte below.
  }
  return [...bytesOf(latin1)]
    .map((byte) => {
      if (byte === 92) return '\\\\';
      const plain = byte >= 32 && byte < 127;
      return plain ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`;
    })
    .join('');
}

/** What a person typed as bytes (latin-1); null when an escape is wrong. */
export function fromText(text: string): string | null {
  if (/\\(?!\\|x[0-9a-f]{2})/i.test(text.replaceAll('\\\\', ''))) return null;
  const encoder = new TextEncoder();
  const pieces = text.split(/(\\\\|\\x[0-9a-fA-F]{2})/);
  return pieces
    .map((piece) => {
      if (piece === '\\\\') return '\\';
      if (/^\\x[0-9a-f]{2}$/i.test(piece)) return String.fromCharCode(parseInt(piece.slice(2), 16));
      return Array.from(encoder.encode(piece), (byte) => String.fromCharCode(byte)).join('');
    })
    .join('');
}

const may: Readonly<Record<string, string>> = {
  n: 'neither read nor write',
  r: 'read',
  w: 'write',
  b: 'read and write',
};
const entry = /^([nrwb])(\d{1,5})$/;

/** `n0,r1` in words; null when it is not written so. The first entry names the owner and what all others may. */
export function permissionsInWords(text: string): string | null {
  const parts = text.split(',').map((part) => entry.exec(part.trim()));
  const [owner, ...others] = parts;
  if (!owner || others.includes(null)) return null;
  const rest = others.map((each) => `domid ${each?.[2]} may ${may[each?.[1] ?? 'n']}`);
  return [`Owned by domid ${owner[2]}`, `all others may ${may[owner[1] ?? 'n']}`, ...rest].join('; ');
}
