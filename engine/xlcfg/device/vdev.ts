/** Virtual device names and their numbers in xenstore (xl-cfg reference §5, "vdev → number"). */

const XVD_MAJOR = 202;
const EXTENDED = 1 << 28;
const EXTENDED_DISKS = 1 << 20;

interface Scheme {
  readonly pattern: RegExp;
  /** Whether the disk part is letters (bijective base 26) or a decimal number. */
  readonly letters: boolean;
  readonly disks: number;
  readonly partitions: number;
  readonly number: (disk: number, partition: number) => number;
}

function paravirtual(disk: number, partition: number): number {
  return disk <= 15 && partition <= 15
    ? (XVD_MAJOR << 8) | (disk << 4) | partition
    : EXTENDED | (disk << 8) | partition;
}

function ide(disk: number, partition: number): number {
  return ((disk < 2 ? 3 : 22) << 8) | ((disk & 1) << 6) | partition;
}

const PARTITION = '(0|[1-9][0-9]{0,3})';
const SCHEMES: readonly Scheme[] = [
  {
    pattern: new RegExp(`^d([0-9]{1,7})p${PARTITION}$`),
    letters: false,
    disks: EXTENDED_DISKS,
    partitions: 256,
    number: paravirtual,
  },
  {
    pattern: new RegExp(`^xvd([a-z]{1,5})${PARTITION}?$`),
    letters: true,
    disks: EXTENDED_DISKS,
    partitions: 256,
    number: paravirtual,
  },
  {
    pattern: new RegExp(`^hd([a-z]{1,5})${PARTITION}?$`),
    letters: true,
    disks: 4,
    partitions: 64,
    number: ide,
  },
  {
    pattern: new RegExp(`^sd([a-z]{1,5})${PARTITION}?$`),
    letters: true,
    disks: 16,
    partitions: 16,
    number: (disk, partition) => (8 << 8) | (disk << 4) | partition,
  },
];

function diskIndex(text: string, letters: boolean): number {
  if (!letters) return Number(text);
  let index = 0;
  for (const letter of text) index = index * 26 + (letter.charCodeAt(0) - 0x61 + 1);
  return index - 1;
}

const PLAIN_NUMBER = /^(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)$/;

/** The number of a device name, or undefined when it is no valid name. */
export function vdevNumber(name: string): number | undefined {
  if (PLAIN_NUMBER.test(name)) {
    const value = /^0[0-7]/.test(name) ? parseInt(name, 8) : Number(name);
    return value <= 0x7fff_ffff ? value : undefined;
  }
  for (const { pattern, letters, disks, partitions, number } of SCHEMES) {
    const match = pattern.exec(name);
    if (match === null) continue;
    const disk = diskIndex(match[1] as string, letters);
    const partition = Number(match[2] ?? 0);
    return disk < disks && partition < partitions ? number(disk, partition) : undefined;
  }
  return undefined;
}

function letters(disk: number): string {
  let text = '';
  for (let rest = disk + 1; rest > 0; rest = Math.floor((rest - 1) / 26))
    text = String.fromCharCode(0x61 + ((rest - 1) % 26)) + text;
  return text;
}

function named(prefix: string, disk: number, partition: number): string {
  return `${prefix}${letters(disk)}${partition === 0 ? '' : partition}`;
}

/** The usual name of a device number; the number itself in decimal when it has none. */
export function vdevName(number: number): string {
  if (number >= EXTENDED && number < EXTENDED * 2)
    return named('xvd', (number - EXTENDED) >> 8, number & 0xff);
  const minor = number & 0xff;
  switch (number >> 8) {
    case XVD_MAJOR:
      return named('xvd', minor >> 4, minor & 15);
    case 8:
      return named('sd', minor >> 4, minor & 15);
    case 3:
    case 22:
      return minor < 128
        ? named('hd', (number >> 8 === 3 ? 0 : 2) + (minor >> 6), minor & 63)
        : String(number);
    default:
      return String(number);
  }
}
