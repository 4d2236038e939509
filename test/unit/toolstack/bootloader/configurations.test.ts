import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BootConfig } from '../../../../engine/toolstack/bootloader/boot-config.ts';
import { parseExtlinux } from '../../../../engine/toolstack/bootloader/extlinux.ts';
import { parseGrubCfg, parseGrubenv } from '../../../../engine/toolstack/bootloader/grub-cfg.ts';
import { parseMenuLst } from '../../../../engine/toolstack/bootloader/menu-lst.ts';

const grub = (text: string, env = ''): BootConfig => parseGrubCfg(text, parseGrubenv(env));
const titles = ({ entries }: BootConfig): string[] => entries.map(({ title }) => title);
const entry = (title: string, body = 'linux /vmlinuz'): string => `menuentry '${title}' {\n${body}\n}\n`;

/** What Debian's grub-mkconfig writes, shortened. */
const debian = `
if [ -s $prefix/grubenv ]; then
  set have_grubenv=true
  load_env
fi
if [ "\${next_entry}" ] ; then
   set default="\${next_entry}"
   set boot_once=true
else
   set default="0"
fi
if [ x"\${feature_menuentry_id}" = xy ]; then
  menuentry_id_option="--id"
else
  menuentry_id_option=""
fi
export menuentry_id_option
function load_video {
  if [ x$feature_all_video_module = xy ]; then
    insmod all_video
  fi
}
if loadfont unicode ; then set gfxmode=auto ; fi
if [ x$feature_timeout_style = xy ] ; then
  set timeout_style=menu
  set timeout=5
else
  set timeout=7
fi
menuentry 'Debian GNU/Linux' --class debian --class os $menuentry_id_option 'gnulinux-simple' {
	load_video
	if [ x$grub_platform = xxen ]; then insmod xzio; insmod lzopio; fi
	set root='hd0,msdos1'
	search --no-floppy --fs-uuid --set=root 1234-5678
	echo	'Loading Linux 6.1.0 ...'
	linux	/boot/vmlinuz-6.1.0 root=UUID=1234 ro  quiet
	initrd	/boot/microcode.img /boot/initrd.img-6.1.0
}
submenu 'Advanced options' $menuentry_id_option 'advanced' {
	menuentry 'Linux 6.1.0' --id a1 { linux (hd0,msdos1)/boot/vmlinuz-6.1.0 root=UUID=1234
	}
	menuentry 'Linux 5.10' --id a2 {
		linux16 "/boot/vmlinuz-5.10" root=UUID=1234 single
	}
}
menuentry "System setup" { fwsetup
}
`;

describe('grub.cfg', () => {
  it('of Debian gives its entries, those of submenus too, without what starts no kernel', () => {
    const config = grub(debian);
    expect(config).toEqual({
      entries: [
        {
          title: 'Debian GNU/Linux',
          kernel: '/boot/vmlinuz-6.1.0',
          ramdisks: ['/boot/microcode.img', '/boot/initrd.img-6.1.0'],
          args: 'root=UUID=1234 ro quiet',
        },
        { title: 'Linux 6.1.0', kernel: '/boot/vmlinuz-6.1.0', ramdisks: [], args: 'root=UUID=1234' },
        { title: 'Linux 5.10', kernel: '/boot/vmlinuz-5.10', ramdisks: [], args: 'root=UUID=1234 single' },
      ],
      defaultEntry: 0,
      timeoutSeconds: 5,
    });
  });

  it.each([
    ['a number of the top level, a submenu being one', '', '1', 1],
    ['a path into a submenu', '', '1>1', 2],
    ['an id of a deeper level: none', '', 'a2', 0],
    ['a path of ids', '', 'advanced>a2', 2],
    ['a path of titles', '', 'Advanced options>Linux 5.10', 2],
    ['a title', '', 'Debian GNU/Linux', 0],
    ['something that is not there', '', '77', 0],
  ])('takes as default %s', (_, env, wanted, index) => {
    expect(grub(debian.replace('set default="0"', `set default="${wanted}"`), env).defaultEntry).toBe(index);
  });

  it('takes the default from the environment block', () => {
    const text = `load_env\nset default="\${saved_entry}"\n${entry('a')}${entry('b')}`;
    expect(grub(text, '# GRUB Environment Block\nsaved_entry=b\n#####').defaultEntry).toBe(1);
    expect(grub(text).defaultEntry).toBe(0);
    expect(grub(debian, 'next_entry=advanced>a1\n').defaultEntry).toBe(1);
  });

  it.each([
    [
      'variables',
      'set k=/boot/vm\nset a="x=$k y=${k}"\n',
      "linux $k $a z='$k'",
      '/boot/vm',
      'x=/boot/vm y=/boot/vm z=$k',
    ],
    ['variables set within', '', 'set opt=quiet; linux /k $opt', '/k', 'quiet'],
    ['nothing for empty variables', '', 'linux /k $nothing ro ${none}', '/k', 'ro'],
    ['a device', '', 'linux ($root)/k ro', '/k', 'ro'],
    ['EFI commands', '', 'linuxefi /k ro\ninitrdefi /i', '/k', 'ro'],
    ['continued lines and comments', '', 'linux /k a \\\n b # no\n# linux /x', '/k', 'a b'],
    ['escapes', '', 'linux /my\\ kernel "a\\"b" c\\;d', '/my kernel', 'a"b c;d'],
    ['dashes in arguments', '', 'linux /k --- quiet --x', '/k', '--- quiet --x'],
    [
      'Linux below a hypervisor',
      '',
      'multiboot2 /xen.gz dom0_mem=1G\nmodule2 --nounzip /k ro\nmodule2 /i',
      '/k',
      'ro',
    ],
  ])('reads %s', (_, before, body, kernel, args) => {
    expect(grub(before + entry('t', body)).entries).toMatchObject([{ kernel, args }]);
  });

  it.each([
    ['[ "$x" = "" ]', true],
    ['[ "$x" != "" ]', false],
    ['[ ! "$x" ]', true],
    ['[ a = a ]', true],
    ['[ -n "$grub_platform" ]', true],
    ['[ -z "$grub_platform" ]', false],
    ['test a != b', true],
    ['keystatus --shift', false],
    ['[ ]', false],
  ])('judges the condition %s', (condition, holds) => {
    const config = grub(
      `if ${condition}; then ${entry('yes')} elif true; then ${entry('no')} else ${entry('never')} fi`,
    );
    expect(titles(config)).toEqual([holds ? 'yes' : 'no']);
  });

  it('leaves loops out and goes on behind them', () => {
    expect(titles(grub(`for i in 1 2; do\n while true; do x; done\ndone\n${entry('a')}`))).toEqual(['a']);
  });

  it.each([
    ['no timeout', '', -1],
    ['zero', 'set timeout=0', 0],
    ['waiting', 'set timeout=-1', -1],
    ['nonsense', 'set timeout=soon', -1],
    ['years', 'set timeout=999999999', 86_400],
  ])('has as timeout: %s', (_, line, seconds) => {
    expect(grub(`${line}\n${entry('a')}`).timeoutSeconds).toBe(seconds);
  });
});

describe('menu.lst', () => {
  const text = `
# grub.conf generated by anaconda
default=1
timeout 10
splashimage=(hd0,0)/grub/splash.xpm.gz
hiddenmenu
title Other system
\trootnoverify (hd0,1)
\tchainloader +1
title CentOS (2.6.18)
\troot (hd0,0)
\tkernel --no-mem-option (hd0,0)/vmlinuz-2.6.18 ro root=/dev/xvda1
\tinitrd /initrd-2.6.18.img
title Xen
\tkernel /xen.gz-2.6.18 dom0_mem=512M
\tmodule /vmlinuz-2.6.18xen ro
\tmodule /initrd-2.6.18xen.img
`;

  it('gives the entries that start a kernel', () => {
    expect(parseMenuLst(text)).toEqual({
      entries: [
        {
          title: 'CentOS (2.6.18)',
          kernel: '/vmlinuz-2.6.18',
          ramdisks: ['/initrd-2.6.18.img'],
          args: 'ro root=/dev/xvda1',
        },
        { title: 'Xen', kernel: '/vmlinuz-2.6.18xen', ramdisks: ['/initrd-2.6.18xen.img'], args: 'ro' },
      ],
      defaultEntry: 0,
      timeoutSeconds: 10,
    });
  });

  it.each([
    ['counts all titles', 'default 2', 1],
    ['falls back when the default starts no kernel', 'default 0\nfallback 2', 1],
    ['takes the first for what it does not know', 'default saved', 0],
    ['takes the first for what is not there', 'default 40', 0],
  ])('%s', (_, lines, index) => {
    expect(parseMenuLst(text.replace('default=1', lines)).defaultEntry).toBe(index);
  });
});

describe('extlinux.conf', () => {
  it('gives its labels, with paths from its own folder', () => {
    const text = `
DEFAULT linux
TIMEOUT 25
PROMPT 1
APPEND quiet
LABEL menu
  KERNEL menu.c32
LABEL linux
  MENU LABEL ^Linux today
  LINUX ../vmlinuz
  APPEND root=/dev/sda1 initrd=../i1,/i2 ro
LABEL old
  KERNEL /vmlinuz.old
  INITRD /i3
`;
    expect(parseExtlinux(text, '/boot/extlinux/extlinux.conf')).toEqual({
      entries: [
        {
          title: 'Linux today',
          kernel: '/boot/vmlinuz',
          ramdisks: ['/boot/i1', '/i2'],
          args: 'root=/dev/sda1 ro',
        },
        { title: 'old', kernel: '/vmlinuz.old', ramdisks: ['/i3'], args: 'quiet' },
      ],
      defaultEntry: 0,
      timeoutSeconds: 3,
    });
  });

  it('prefers what the menu marks as default', () => {
    const text = 'DEFAULT a\nLABEL a\nKERNEL /a\nLABEL b\nMENU DEFAULT\nKERNEL /b\n';
    expect(parseExtlinux(text, '/extlinux.conf')).toMatchObject({ defaultEntry: 1, timeoutSeconds: -1 });
  });
});

describe('a hostile configuration', () => {
  const words = [
    'menuentry',
    'submenu',
    'if',
    'then',
    'elif',
    'else',
    'fi',
    'for',
    'while',
    'do',
    'done',
    'function',
    'set',
    '{',
    '}',
    '[',
    ']',
    '!',
    '"',
    "'",
    '$',
    '${',
    '\\',
    '\n',
    ';',
    '#',
    '=',
    'default=',
    'linux /k',
    'initrd',
    'title',
    'kernel',
    'label',
    'constructor',
    '__proto__',
    '\0',
    '\u2028',
    'x',
  ];
  const script = fc.array(fc.oneof(fc.constantFrom(...words), fc.string()), { maxLength: 200 });

  it('never makes a parser fail', () => {
    fc.assert(
      fc.property(script, (parts) => {
        for (const text of [parts.join(' '), parts.join('')]) {
          for (const config of [grub(text, text), parseMenuLst(text), parseExtlinux(text, '/x/y.conf')]) {
            expect(config.entries.length).toBeLessThanOrEqual(200);
            expect(config.defaultEntry).toBeGreaterThanOrEqual(0);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  const million = 1_000_000;
  it.each([
    ['blocks in blocks', "menuentry 'a' {".repeat(60_000)],
    ['conditions in conditions', 'if '.repeat(300_000)],
    ['negations', `if [ ${'! '.repeat(400_000)} ]; then fi`],
    ['growing variables', 'set a=xxxxxxxx\n' + 'set a="$a$a$a"\n'.repeat(60_000)],
    ['a line of variables', `set a=${'x'.repeat(4096)}\nset b="${'$a'.repeat(400_000)}"`],
    ['a line of blanks', `linux${' '.repeat(million)}\u2028x`],
    [
      'a line of words',
      `menuentry a {\ninitrd ${'a '.repeat(400_000)}\nlinux /k\n}\ntitle\ninitrd ${'a '.repeat(400_000)}\n`,
    ],
    ['an open quote', `"${'a'.repeat(million)}`],
    ['many entries', "menuentry 'a' { linux /k\n}\n".repeat(30_000)],
    ['many titles', 'title a\nkernel /k\n'.repeat(40_000)],
  ])('is read to an end: %s', (_, text) => {
    for (const config of [grub(text, text), parseMenuLst(text), parseExtlinux(text, '/x/y.conf')]) {
      expect(config.entries.length).toBeLessThanOrEqual(200);
    }
  });

  it('cannot bring control characters to a terminal, nor paths of any length', () => {
    const long = `/${'k'.repeat(2000)}`;
    const config = parseMenuLst(
      `title \x1b]0;owned\x07x\nkernel /k \x1b[2J\ntitle y\nkernel ${long}\ntitle z\nkernel /\x1bk\n`,
    );
    expect(config.entries).toMatchObject([{ title: ' ]0;owned x', args: '[2J' }]);
    expect(config.entries.length).toBe(1);
  });
});
