import { describe, expect, it } from 'vitest';
import { DomusError } from '../../../engine/api/index.ts';
import { describeBoot, type GuestConfig } from '../../../engine/toolstack/guest-config.ts';
import { readGuestConfig } from '../../../engine/toolstack/read-config.ts';

const read = (text: string): GuestConfig => readGuestConfig(text, '/etc/xen/web.cfg', 4).config;

function refusal(text: string): DomusError {
  try {
    read(text);
  } catch (error) {
    if (error instanceof DomusError) return error;
  }
  throw new Error('not refused');
}

const hvm = 'name="web"\ntype="hvm"\n';
const pv = 'name="web"\nkernel="/boot/vmlinuz"\n';

describe('reading an xl.cfg for the embedded host', () => {
  it('fills in what the real tool fills in', () => {
    expect(read(hvm)).toMatchObject({
      name: 'web',
      uuid: null,
      type: 'hvm',
      vcpus: 1,
      memoryKiB: 32 * 1024,
      maxMemoryKiB: 32 * 1024,
      boot: { kind: 'firmware', order: 'cda' },
      disks: [],
      nics: [],
      serialPorts: 1,
      acpi: true,
      videoRamKiB: 8192,
      cpuWeight: 256,
      capPercent: 0,
      onPoweroff: 'destroy',
      onReboot: 'restart',
      onCrash: 'destroy',
    });
  });

  it.each<[string, string, Partial<GuestConfig>]>([
    ['memory', `${hvm}memory=64\nmaxmem=128\n`, { memoryKiB: 65_536, maxMemoryKiB: 131_072 }],
    ['maxmem alone', `${hvm}maxmem=128\n`, { memoryKiB: 131_072, maxMemoryKiB: 131_072 }],
    ['vcpus', `${hvm}vcpus=2\nmaxvcpus=4\n`, { vcpus: 2, maxVcpus: 4 }],
    [
      'uuid',
      `${hvm}uuid="01234567-89AB-CDEF-0123-456789ABCDEF"\n`,
      { uuid: '01234567-89ab-cdef-0123-456789abcdef' },
    ],
    ['scheduling', `${hvm}cpu_weight=512\ncap=50\n`, { cpuWeight: 512, capPercent: 50 }],
    ['acpi', `${hvm}acpi=0\n`, { acpi: false }],
    ['serial ports', `${hvm}serial=["pty","pty"]\n`, { serialPorts: 2 }],
    ['no adapter', `${hvm}vga="none"\n`, { videoRamKiB: 0 }],
    ['video memory', `${hvm}videoram=16\n`, { videoRamKiB: 16_384 }],
    ['boot order', `${hvm}boot="dc"\n`, { boot: { kind: 'firmware', order: 'dc' } }],
    [
      'direct boot',
      `${hvm}kernel="/k"\nramdisk="/r"\ncmdline="quiet"\n`,
      { boot: { kind: 'direct', kernel: '/k', ramdisk: '/r', cmdline: 'quiet' } },
    ],
    [
      'PV kernel with root and extra',
      `${pv}root="/dev/xvda1 ro"\nextra="quiet"\n`,
      {
        type: 'pv',
        boot: { kind: 'direct', kernel: '/boot/vmlinuz', ramdisk: null, cmdline: 'root=/dev/xvda1 ro quiet' },
      },
    ],
    [
      'bootloader',
      'name="web"\nbootloader="pygrub"\n',
      { boot: { kind: 'bootloader', program: 'pygrub', args: [] } },
    ],
    [
      'bootloader with arguments',
      'name="web"\nbootloader="pygrub"\nbootloader_args=["--entry=1","-q"]\nroot="/dev/xvda1"\nextra="ro"\nkernel="/k"\nramdisk="/r"\n',
      {
        boot: {
          kind: 'bootloader',
          program: 'pygrub',
          args: ['--kernel=/k', '--ramdisk=/r', '--args=root=/dev/xvda1 ro', '--entry=1', '-q'],
        },
      },
    ],
    [
      'pvgrub',
      'name="web"\nfirmware="pvgrub64"\n',
      { boot: { kind: 'bootloader', program: 'pvgrub64', args: [] } },
    ],
    [
      'events',
      `${hvm}on_poweroff="preserve"\non_reboot="rename-restart"\non_crash="coredump-restart"\n`,
      { onPoweroff: 'preserve', onReboot: 'rename-restart', onCrash: 'coredump-restart' },
    ],
    ['PV has no adapter', pv, { videoRamKiB: 0 }],
  ])('%s', (_, text, expected) => {
    expect(read(text)).toMatchObject(expected);
  });

  it('understands disks, with the old forms', () => {
    const text =
      `${hvm}disk=["/a.img,raw,hda,rw","/b.iso,,hdc,cdrom","file:/c.img,xvdb,r","/d.qcow2,qcow2,xvdc,w"]\n`.replace(
        '",,fda",',
        '',
      );
    expect(read(text).disks).toMatchObject([
      { vdev: 'hda', kind: 'disk', path: '/a.img', format: 'raw', readOnly: false },
      { vdev: 'hdc', kind: 'cdrom', path: '/b.iso', format: 'raw', readOnly: true },
      { vdev: 'xvdb', kind: 'disk', path: '/c.img', format: 'raw', readOnly: true },
      { vdev: 'xvdc', kind: 'disk', path: '/d.qcow2', format: 'qcow2', readOnly: false },
    ]);
  });

  it('understands an empty drive', () => {
    expect(read(`${hvm}disk=[",hdc:cdrom,r"]\n`).disks).toMatchObject([
      { vdev: 'hdc', kind: 'cdrom', path: null, format: 'empty', readOnly: true },
    ]);
  });

  it('understands network cards', () => {
    const text = `${hvm}vif=["mac=00:16:3E:01:02:03,bridge=br1,model=e1000",""]\n`;
    expect(read(text).nics).toMatchObject([
      { devid: 0, mac: '00:16:3e:01:02:03', bridge: 'br1', model: 'e1000' },
      { devid: 1, mac: null, bridge: 'xenbr0', model: null },
    ]);
  });

  it.each([
    ['no name', 'type="hvm"\n', 'name', 'Domain name must be specified.'],
    ['a syntax error', 'name="web\n', undefined, '/etc/xen/web.cfg:1'],
    ['a bad action', `${hvm}on_crash="explode"\n`, 'on_crash', 'Unknown on_crash action "explode" specified'],
    ['a bad disk', `${hvm}disk=["/x,floppy,hda"]\n`, 'disk', 'unknown value for format'],
    ['no kernel', 'name="web"\n', 'kernel', 'Neither kernel nor bootloader specified'],
    ["Domain-0's name", 'name="Domain-0"\ntype="hvm"\n', 'name', 'control domain'],
    ['an empty name', 'name=""\ntype="hvm"\n', 'name', 'empty'],
  ])('refuses %s in the words of the real tool', (_, text, field, words) => {
    const error = refusal(text);
    expect(error).toMatchObject({ code: 'ERROR_INVAL', field });
    expect(error.message).toContain('/etc/xen/web.cfg');
    expect(error.message).toContain(words);
  });

  it('passes on warnings', () => {
    expect(readGuestConfig(`${hvm}memory="64MB"\n`, 'web.cfg', 1).warnings.join()).toContain(
      'not a valid number',
    );
  });

  it('says in one line what a domain starts from', () => {
    expect(describeBoot(read(hvm).boot)).toBe('firmware, boot order cda');
    expect(describeBoot(read(pv).boot)).toBe('kernel /boot/vmlinuz');
    expect(describeBoot({ kind: 'bootloader', program: 'pygrub', args: [] })).toBe('bootloader pygrub');
  });
});
