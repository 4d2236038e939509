import type { BootConfig } from '../boot-config.ts';
import {
  configOf,
  defaultNumber,
  directive,
  grub2,
  type Image,
  image,
  legacy,
  takeKernel,
} from './images.ts';
import { linesOf, PygrubStops, split } from './lines.ts';

/**
 * Configurations as the real pygrub reads them: line by line, not as the boot loaders they are for would. Conditions and variables
 * mean nothing, all entries count, and some files it cannot read at all: those give a clause that says why.
 */
type Read = (text: string) => BootConfig;

const orWhy =
  (read: Read) =>
  (text: string): BootConfig | string => {
    try {
      return read(text);
    } catch (error) {
      if (error instanceof PygrubStops) return error.message;
      throw error;
    }
  };

/** Where the title of a `menuentry 'TITLE' … {` ends; null for any other line. */
function titleOf(line: string): string | null {
  if (!/^menuentry ["']/.test(line)) return null;
  const start = 'menuentry "'.length;
  const length = line.slice(start).search(/["'] /);
  return length < 0 || !line.includes('{', start + length + 2) ? null : line.slice(start, start + length);
}

const notInMenus = new Set(['${saved_entry}', '${next_entry}']);

/** GRUB 2. What is in submenus stands in the same list. */
export const grubCfg = orWhy((text) => {
  const images: Image[] = [];
  let [inFunction, submenus, wanted, timeout] = [false, 0, 0, ''];
  let open: Image | null = null;
  for (const line of linesOf(text)) {
    const title = titleOf(line);
    if (line.startsWith('function')) inFunction = true;
    else if (inFunction) inFunction = !line.startsWith('}');
    else if (title !== null) {
      if (open) throw new PygrubStops('pygrub reads an entry only when its } begins a line');
      open = image(title);
    } else if (line.startsWith('submenu')) submenus += 1;
    else if (line.startsWith('}') && open) {
      images.push(open);
      open = null;
    } else if (line.startsWith('}')) {
      if (submenus === 0) throw new PygrubStops('pygrub finds a } too many');
      submenus -= 1;
    } else {
      const [name, value] = directive(line);
      if (open) grub2.get(name)?.(open, value);
      else if (name === 'set:default') wanted = defaultNumber(notInMenus.has(value) ? '0' : value);
      else if (name === 'set:timeout') timeout = value;
    }
  }
  if (open) throw new PygrubStops('pygrub reads an entry only when its } begins a line');
  return configOf(images, wanted, timeout);
});

/** GRUB legacy. */
export const menuLst = orWhy((text) => {
  const images: Image[] = [];
  let [wanted, timeout] = [0, ''];
  for (const line of linesOf(text)) {
    const open = images.at(-1);
    const [name, value] = split(line);
    if (line.startsWith('title')) images.push(image(line.slice(6)));
    else if (open) legacy.get(name)?.(open, value);
    else if (name === 'default') wanted = defaultNumber(value);
    else if (name === 'timeout') timeout = value;
  }
  return configOf(images, wanted, timeout);
});

/** What else is in an `append` line of a kernel: its ramdisk, or what mboot.c32 loads. */
function append(to: Image, value: string): void {
  if (to.kernel?.endsWith('mboot.c32')) {
    const modules = value.split('---').map((module) => module.trim());
    const [kernel, initrd] = modules.length === 3 ? modules.slice(1) : modules.length === 2 ? modules : [];
    if (kernel) takeKernel(to, kernel, (path) => path);
    if (initrd) to.initrd = initrd;
    return;
  }
  const words = value.split(' ');
  const ramdisk = to.kernel === null ? undefined : words.findLast((word) => /^initrd=/i.test(word));
  if (ramdisk !== undefined) to.initrd = ramdisk.replace('initrd=', '');
  const args = ramdisk === undefined ? value : words.filter((word) => !/^initrd=/i.test(word)).join(' ');
  to.args = args.trim().replace(/^"(.+)"$/, '$1');
}

/** extlinux.conf and isolinux.cfg. Its seconds are the file's tenths of one. */
export const extlinux = orWhy((text) => {
  const images: Image[] = [];
  let wanted: string | null = null;
  let timeout = '';
  for (const line of linesOf(text)) {
    const open = images.at(-1);
    const [word, value] = split(line);
    const name = word.toLowerCase();
    if (line.toLowerCase().startsWith('label')) images.push(image(value.replace(/^"(.+)"$/, '$1')));
    else if (open && name === 'kernel') takeKernel(open, value.replace(/^"(.+)"$/, '$1'), (path) => path);
    else if (open && name === 'append') append(open, value);
    else if (!open && name === 'default') wanted = value;
    else if (!open && name === 'timeout') timeout = value;
  }
  const place = images.findIndex(({ title }) => title === wanted);
  return configOf(images, Math.max(0, place), timeout);
});
