import { describe, expect, it } from 'vitest';
import { menuOn } from '../../../../engine/toolstack/bootloader/menu.ts';
import { extlinux, grubCfg, menuLst } from '../../../../engine/toolstack/bootloader/pygrub/configurations.ts';
import { pygrubReading } from '../../../../engine/toolstack/bootloader/pygrub/index.ts';
import { partitioned, readerOf } from '../../../support/fs-images/images.ts';
import { tinyIso } from '../../../support/tiny-iso.ts';

const debian = `
if [ "\${next_entry}" ] ; then
   set default="\${next_entry}"
else
   set default="0"
fi
function savedefault {
  if [ -z "\${boot_once}" ]; then
    saved_entry="\${chosen}"
  fi
}
if [ "\${recordfail}" = 1 ] ; then
  set timeout=30
else
  set timeout=5
fi
menuentry 'Debian' --class debian $menuentry_id_option 'simple' {
\tset root='hd0,msdos1'
\tlinux\t/boot/vmlinuz-6.1 root=UUID=1 ro quiet
\tinitrd\t/boot/initrd-6.1
}
menuentry 'Firmware' $menuentry_id_option 'uefi' {
\tfwsetup
}
submenu 'Advanced' {
\tmenuentry 'Debian, recovery' --class debian {
\t\tlinux\t(hd0,1)/boot/vmlinuz-6.1 root=UUID=1 single
\t}
}
`;

describe('the pygrub of a real host', () => {
  it('counts all entries of grub.cfg, also those that start no kernel', () => {
    expect(grubCfg(debian)).toEqual({
      entries: [
        {
          title: 'Debian',
          kernel: '/boot/vmlinuz-6.1',
          ramdisks: ['/boot/initrd-6.1'],
          args: 'root=UUID=1 ro quiet',
          number: 0,
        },
        {
          title: 'Debian, recovery',
          kernel: '/boot/vmlinuz-6.1',
          ramdisks: [],
          args: 'root=UUID=1 single',
          number: 2,
        },
      ],
      defaultEntry: 0,
      timeoutSeconds: 5,
    });
  });

  it.each([
    ['a number', '2', 1],
    ['what starts no kernel', '1', -1],
    ['one that is not there', '7', 0],
    ['a title, which it does not know', 'Debian, recovery', 0],
  ])('takes by default %s', (_what, wanted, place) => {
    expect(grubCfg(`${debian}set default="${wanted}"\n`)).toMatchObject({ defaultEntry: place });
  });

  it.each([
    ['an entry on one line', "menuentry 'A' { linux /k }\n", /begins a line/],
    ['an entry in an entry', "menuentry 'A' {\nmenuentry 'B' {\n}\n}\n", /begins a line/],
    ['a } too many', '}\n', /too many/],
    ['two = in a setting', 'set x=a=b\n', /set x=a=b/],
    ['a disk of LVM', "menuentry 'A' {\nset root='lvmid/a/b'\nlinux /k\n}\n", /lvmid/],
  ])('cannot read %s', (_what, text, why) => expect(grubCfg(text)).toMatch(why));

  it('reads menu.lst', () => {
    const text =
      'default=1\ntimeout 7\ntitle Other\nrootnoverify (hd0,1)\nchainloader +1\ntitle Linux\nroot (hd0,0)\nkernel (hd0,0)/k a\ninitrd /i\n';
    expect(menuLst(text)).toEqual({
      entries: [{ title: 'Linux', kernel: '/k', ramdisks: ['/i'], args: 'a', number: 1 }],
      defaultEntry: 0,
      timeoutSeconds: 7,
    });
  });

  it('reads extlinux.conf, and no word but kernel for a kernel', () => {
    const text =
      'DEFAULT two\nTIMEOUT 50\nLABEL one\nLINUX /x\nLABEL two\n  KERNEL /k\n  APPEND root=x initrd=/i ro\n';
    expect(extlinux(text)).toEqual({
      entries: [{ title: 'two', kernel: '/k', ramdisks: ['/i'], args: 'root=x ro', number: 1 }],
      defaultEntry: 0,
      timeoutSeconds: 50,
    });
  });

  it('is not confused by hostile text', () => {
    for (const read of [grubCfg, menuLst, extlinux])
      for (const text of [
        '__proto__ x\n',
        "menuentry '__proto__' x {\nconstructor y\n__proto__=z\n}",
        'set __proto__=1\n',
      ])
        expect(() => read(`title a\nlabel b\n${text}`)).not.toThrow();
    const quotes = `menuentry '${"' ".repeat(200_000)}`;
    const began = process.cpuUsage().user;
    grubCfg(quotes);
    expect(process.cpuUsage().user - began).toBeLessThan(5e6);
  });
});

describe('on a disk', () => {
  const cd = (files: Record<string, string>): Buffer => tinyIso('BOOT', files);
  const ofLst = (title: string): string => `title ${title}\nkernel /k\n`;
  const menu = (disk: Uint8Array, options?: Parameters<typeof menuOn>[2]) =>
    menuOn('disk', readerOf(disk), options, pygrubReading);

  it('its grub.cfg comes before menu.lst, and the first that is there counts whatever is in it', async () => {
    const both = { 'boot/grub/menu.lst': ofLst('Old'), 'boot/grub/grub.cfg': debian };
    expect(await menu(partitioned(cd(both)))).toMatchObject({
      source: '/boot/grub/grub.cfg',
      defaultEntry: 0,
    });
    const broken = menu(partitioned(cd({ ...both, 'boot/grub/grub.cfg': '}' })));
    await expect(broken).rejects.toMatchObject({
      code: 'ERROR_NOTFOUND',
      message: expect.stringContaining(
        'partition 1: /boot/grub/grub.cfg: pygrub finds a } too many',
      ) as string,
    });
  });

  it('only what it looks at counts: places of other boot loaders do not', async () => {
    await expect(menu(cd({ 'syslinux.cfg': 'label a\nkernel /k\n' }))).rejects.toMatchObject({
      code: 'ERROR_NOTFOUND',
    });
    expect(await menu(cd({ 'grub/menu.lst': ofLst('Whole') }))).toMatchObject({ source: '/grub/menu.lst' });
  });

  it('an entry is asked for by its number there; one that is not there is passed over', async () => {
    const disk = cd({ 'boot/grub/grub.cfg': debian });
    const asked = (entry: string) => menu(disk, { entry, offset: null, quiet: true });
    expect(await asked('2')).toMatchObject({ defaultEntry: 1, timeoutSeconds: 0 });
    expect(await asked('9')).toMatchObject({ defaultEntry: 0 });
    const noDefault = cd({ 'boot/grub/grub.cfg': `${debian}set default=1\n` });
    expect(await menu(noDefault)).toMatchObject({ defaultEntry: null });
  });
});
