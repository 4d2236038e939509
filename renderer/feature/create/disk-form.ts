import type { z } from 'zod';
import { type draftDisk, imagesFolder } from '../../../engine/api/draft.ts';

export type GuestType = 'hvm' | 'pvh' | 'pv';
export type DriveKind = 'disk' | 'cdrom' | 'floppy';
/** Where a drive's image comes from. `none`: the drive is empty. */
export type DriveOrigin = 'new' | 'copy' | 'existing' | 'none';

/** A drive as the dialog's controls hold it: texts as typed. */
export interface DriveForm {
  /** Tells it from others for as long as the dialog is open. */
  readonly key: number;
  readonly devtype: DriveKind;
  vdev: string;
  origin: DriveOrigin;
  /** Of an image that is made: empty means the suggested one. */
  path: string;
  /** `8`, `0.5`, `512M`: GiB when no unit is said. */
  size: string;
  /** What is copied. */
  of: string;
  readOnly: boolean;
  shared: boolean;
}

/** `/var/lib/xen/images/web.img`, `web-2.img` for the next. */
export const suggestedImage = (name: string, index: number): string =>
  `${imagesFolder}/${name.trim() || 'NAME'}${index === 0 ? '' : `-${index + 1}`}.img`;

const units: Readonly<Record<string, number>> = { M: 1, G: 1024, T: 1024 * 1024 };

/** MiB of a size as typed; NaN when it is none. */
export function sizeMiB(text: string): number {
  const [, figure, unit = 'G'] = /^\s*(\d+(?:[.,]\d+)?)\s*([MGT])?(?:i?B)?\s*$/i.exec(text) ?? [];
  return figure === undefined
    ? NaN
    : Math.round(Number(figure.replace(',', '.')) * (units[unit.toUpperCase()] ?? NaN));
}

const formats: Readonly<Record<string, 'qcow2' | 'vhd'>> = { qcow2: 'qcow2', vhd: 'vhd', vpc: 'vhd' };

/** What an image's name says of its format. */
export const formatOf = (path: string): 'raw' | 'qcow2' | 'vhd' =>
  formats[/\.([^./\\]+)$/.exec(path.trim())?.[1]?.toLowerCase() ?? ''] ?? 'raw';

/** A disk has one letter under all its names: hda is xvda to an HVM guest. */
const letterOf = (vdev: string): string => /^(?:xvd|hd|sd)([a-z])/.exec(vdev)?.[1] ?? vdev;

/** Letters in the order they are given out: c is the CD's. */
const diskLetters = [...'abdefghijklmnopqrstuvwxyz'];
const ideDisks = ['hda', 'hdb', 'hdd'];

/** The first name that is free: HVM firmware boots from the four IDE drives only. */
export function freeVdev(devtype: DriveKind, type: GuestType, taken: readonly string[]): string {
  const letters = new Set(taken.map(letterOf));
  if (devtype === 'floppy') return taken.includes('fda') ? 'fdb' : 'fda';
  if (devtype === 'cdrom')
    return (
      (type === 'hvm' ? ['hdc', 'hdd', 'hdb'] : ['xvdc']).find((vdev) => !letters.has(letterOf(vdev))) ??
      `xvd${diskLetters.find((letter) => !letters.has(letter)) ?? 'z'}`
    );
  const free = diskLetters.find((letter) => !letters.has(letter)) ?? 'z';
  return type === 'hvm' && ideDisks.includes(`hd${free}`) ? `hd${free}` : `xvd${free}`;
}

let lastKey = 0;

export function newDrive(devtype: DriveKind, vdev: string, patch: Partial<DriveForm> = {}): DriveForm {
  lastKey += 1;
  return {
    key: lastKey,
    devtype,
    vdev,
    origin: devtype === 'disk' ? 'new' : 'none',
    path: '',
    size: '8',
    of: '',
    readOnly: false,
    shared: false,
    ...patch,
  };
}

/** `index` is the drive's number among the images that may be named after the domain. */
export const drivePath = ({ path, origin }: DriveForm, name: string, index: number): string =>
  path.trim() || (origin === 'new' || origin === 'copy' ? suggestedImage(name, index) : '');

type DraftDiskInput = z.input<typeof draftDisk>;

export function toDraftDisk(drive: DriveForm, name: string, index: number): DraftDiskInput {
  const { devtype, origin, of, readOnly, shared } = drive;
  const path = drivePath(drive, name, index);
  return {
    vdev: drive.vdev.trim(),
    devtype,
    path: origin === 'none' ? null : path,
    format: formatOf(origin === 'copy' ? of : path),
    readOnly: readOnly || devtype === 'cdrom',
    shared,
    origin:
      origin === 'new'
        ? { kind: 'blank', sizeMiB: sizeMiB(drive.size) }
        : origin === 'copy'
          ? { kind: 'copy', of: of.trim() }
          : null,
  };
}

/** Names given to drives, the source's included. */
export const takenVdevs = (own: string | null, drives: readonly DriveForm[]): string[] => [
  ...(own === null ? [] : [own]),
  ...drives.map(({ vdev }) => vdev.trim()),
];
