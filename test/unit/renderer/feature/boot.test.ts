import { describe, expect, it } from 'vitest';
import type { DomainBoot } from '../../../../engine/api/dom0.ts';
import { parseBootloaderArgs } from '../../../../engine/toolstack/bootloader/arguments.ts';
import { readGuestConfig } from '../../../../engine/toolstack/read-config.ts';
import { bootLine, isKernelArguments } from '../../../../renderer/feature/boot/boot-line.ts';

const boot = (bootloaderArgs: string[] = [], kernelArgs = ''): DomainBoot => ({
  disk: '/d.img',
  menu: { source: '/boot/grub/grub.cfg', entries: [], defaultEntry: 0, timeoutSeconds: 5 },
  bootloaderArgs,
  kernelArgs,
});

/** What the boot loader of a domain with `extra="${extra}"` makes of the line. */
function asked(line: string, extra = '') {
  const text = `name="g"\nbootloader="pygrub"\nextra="${extra}"\n${line}\n`;
  const { boot: start } = readGuestConfig(text, 'g.cfg', 1).config;
  return start.kind === 'bootloader' ? parseBootloaderArgs(start.args) : null;
}

describe('a start with a chosen entry', () => {
  it('names the entry', () => {
    expect(bootLine(boot(), 2, '  ')).toBe('bootloader_args=["--entry=2"]');
    expect(asked(bootLine(boot(), 2, ''), 'quiet')).toMatchObject({ entry: '2', args: 'quiet' });
  });

  it('keeps what the file asks of the boot loader', () => {
    expect(asked(bootLine(boot(['--offset=512']), 1, ''))).toMatchObject({ entry: '1', offset: 512 });
  });

  it('adds kernel arguments behind those of the file, whatever they are', () => {
    const line = bootLine(boot([], 'quiet'), 0, 'single init="/bin/sh" a\\b');
    expect(asked(line, 'quiet')).toMatchObject({ entry: '0', args: 'quiet single init="/bin/sh" a\\b' });
  });

  it.each([
    ['single', true],
    ['', true],
    ['a\nb', false],
    ['x'.repeat(1001), false],
  ])('%j may be kernel arguments: %s', (text, expected) => expect(isKernelArguments(text)).toBe(expected));
});
