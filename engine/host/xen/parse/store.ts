/** Values of the XenStore as the xenstore-* tools write them: printable ASCII as it is, the rest escaped. */

const named: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', '\\': '\\' };

/** What xenstore-ls and xenstore-read print → one character 0..255 per byte. */
export function fromPrinted(text: string): string {
  return text.replace(/\\(x[0-9a-f]{1,2}|[0-7]{1,3}|.)/gi, (_, code: string) => {
    if (/^x/i.test(code)) return String.fromCharCode(parseInt(code.slice(1), 16));
    if (/^[0-7]/.test(code)) return String.fromCharCode(parseInt(code, 8) & 0xff);
    return named[code] ?? code;
  });
}

/** The same the other way, as xenstore-write reads it. */
export function toPrinted(value: string): string {
  return value.replace(
    /[^ -[\]-~]/g,
    (character) => `\\x${(character.charCodeAt(0) & 0xff).toString(16).padStart(2, '0')}`,
  );
}

export interface StoreLine {
  readonly name: string;
  readonly value: string;
  readonly permissions: string;
}

/** `name = "value"   (n0,r1)` */
export function parseStoreLine(line: string): StoreLine | null {
  const match = /^([^"]*?) = "(.*)" {3}\(([nrwb\d,]*)\)$/.exec(line);
  if (!match) return null;
  const [, name = '', value = '', permissions = ''] = match;
  return { name, value: fromPrinted(value).slice(0, 4096), permissions: permissions.slice(0, 200) };
}
