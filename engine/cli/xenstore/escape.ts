/* Values as text and back, as the tools of a Xen host show and read them (xenstore reference §3 "Escaping"). */

const NAMED: Readonly<Record<string, string>> = { '\t': '\\t', '\n': '\\n', '\r': '\\r', '\\': '\\\\' };
const UNNAMED: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r' };

/** Printable ASCII as it is, `\t \n \r \\`, bytes below 8 as three octal digits, others as `\xNN`. */
export function escapeValue(bytes: string): string {
  return bytes.replace(/[^ -[\]-~]/g, (char) => {
    const named = NAMED[char];
    if (named !== undefined) return named;
    const code = char.charCodeAt(0);
    return code < 8 ? `\\${code.toString(8).padStart(3, '0')}` : `\\x${code.toString(16).padStart(2, '0')}`;
  });
}

const ESCAPE = /\\(?:x([0-9a-fA-F]{1,2})|([0-7]{1,3})|([^]?))/g;

/** `\xN`, `\xNN`, up to three octal digits, `\t \n \r`; any other character stands for itself, none for a NUL. */
export function unescapeValue(text: string): string {
  return text.replace(ESCAPE, (_, hex?: string, octal?: string, other?: string) => {
    if (hex !== undefined) return String.fromCharCode(parseInt(hex, 16));
    if (octal !== undefined) return String.fromCharCode(parseInt(octal, 8) & 0xff);
    return other === undefined || other === '' ? '\0' : (UNNAMED[other] ?? other);
  });
}
