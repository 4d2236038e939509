import { describe, expect, it } from 'vitest';
import {
  type HostFacts,
  importLegacy,
  MAX_CONFIG_LENGTH,
  parseConfig,
  toDomainConfig,
} from '../../../engine/xlcfg/index.ts';

const HOST: HostFacts = {
  topology: { cpuCount: 2, nodes: [[0, 1]] },
  randomUuid: () => '00000000-0000-4000-8000-000000000001',
};
const lines = (text: string): string[] => importLegacy(text).text.trimEnd().split('\n');
const why = (text: string): string[] => importLegacy(text).changes.map((change) => change.why);

describe('a sound file', () => {
  it('is left as it is', () => {
    const text = '# mine\nname = "g" # x\nmemory=0x40\ndisk = [\n  "/a,,xvda", # root\n]\n';
    expect(importLegacy(text)).toEqual({ text, changes: [], unconverted: [] });
  });
});

describe('single lines', () => {
  it.each([
    ['typographic quotes', 'name = “My-DomU”', ['name = "My-DomU"']],
    [
      'single typographic quotes and a dash',
      'vif = [ ‘mac=00:16:3e:12:34:56, bridge=xen–br’ ]',
      ["vif = [ 'mac=00:16:3e:12:34:56, bridge=xen-br' ]"],
    ],
    ['carriage returns', 'name="g"\r\nmemory=64\r', ['name="g"', 'memory=64']],
    ['a byte order mark', '\uFEFFname="g"', ['name="g"']],
    ['a comment without its newline', 'name="g"\n# end', ['name="g"', '# end']],
    ['None', 'ramdisk = None\nname="g"', ['name="g"']],
    ['True and False', 'acpi = True\napic=False', ['acpi = 1', 'apic = 0']],
    ['negative numbers', 'rtc_timeoffset = -3600', ['rtc_timeoffset = "-3600"']],
    ['added texts', "kernel = '/boot/' + 'vmlinuz'", ['kernel = "/boot/vmlinuz"']],
    ['adjacent texts', 'name = "a" "b"', ['name = "ab"']],
    ['joined paths', 'kernel = os.path.join("/boot", "xen", "k")', ['kernel = "/boot/xen/k"']],
    ['constants', "DIR = '/img'\nname='g'\nkernel = DIR + '/k'", ["name='g'", 'kernel = "/img/k"']],
    ['triple quotes', 'name = """g"""', ['name = "g"']],
    ['tuples', 'vif = ("bridge=b",)', ['vif = [ "bridge=b" ]']],
    ['sizes with units', 'memory = "512MB"\nmaxmem = 1G', ['memory = 512', 'maxmem = 1024']],
    ['the builder', "builder='hvm'", ['type = "hvm"']],
    ['a builder that is rejected', "builder = 'linux'", ['type = "pv"']],
    ['hvmloader as kernel', "kernel = '/usr/lib/xen/boot/hvmloader'\nname='g'", ["name='g'"]],
    ['the device model', "device_model = '/usr/' + arch_libdir + '/xen/bin/qemu-dm'\nname='g'", ["name='g'"]],
    ['a misspelt vcpus', 'vcpu = 4', ['vcpus = 4']],
    ['cpu', 'cpu = 3', ['cpus = "3"']],
    ['nics', 'nics=2', ['vif = [', '    "",', '    "",', ']']],
    ['stdvga', 'stdvga=1', ['vga = "stdvga"']],
    [
      'restart',
      "restart = 'onreboot'",
      ['on_poweroff = "destroy"', 'on_reboot = "restart"', 'on_crash = "destroy"'],
    ],
    ['actions with underscores', "on_crash = 'coredump_restart'", ['on_crash = "coredump-restart"']],
    ['modes by number', 'tsc_mode = 2', ['tsc_mode = "native"']],
    [
      'arguments in one text',
      "bootloader_args = '-q --x'",
      ['bootloader_args = [', '    "-q",', '    "--x",', ']'],
    ],
    ['options xl ignores', 'features = "x"\nfull-screen=1\nname="g"', ['name="g"']],
    ['comments stay', 'vcpu = 2 # two\n', ['vcpus = 2 # two']],
  ])('%s', (_, old, expected) => {
    expect(lines(old)).toEqual(expected);
    expect(importLegacy(old).unconverted).toEqual([]);
  });
});

describe('disks', () => {
  it.each([
    ['file:/var/images/a.img,hda,w', '/var/images/a.img,raw,hda,rw'],
    ['tap:aio:/images/a.img,sda1,w', '/images/a.img,raw,sda1,rw'],
    ['tap:qcow2:/media/vm.img, xvda, w', '/media/vm.img,qcow2,xvda,rw'],
    ['phy:/dev/vg0/windows,hda,w', '/dev/vg0/windows,raw,hda,rw'],
    ['phy:hda1,hda1,w', '/dev/hda1,raw,hda1,rw'],
    ['phy:vg0/lv0,xvda,r', '/dev/vg0/lv0,raw,xvda,ro'],
    ['file:/media/d.iso,hdc:cdrom,r', '/media/d.iso,raw,hdc,cdrom'],
    [',hdc:cdrom,r', ',empty,hdc,cdrom'],
    ['file:///img/a,xvda,w', '/img/a,raw,xvda,rw'],
    ['phy:/dev/sdb,xvdb,w!', '/dev/sdb,raw,xvdb,rw'],
    ['/plain.img,raw,xvda,rw', '/plain.img,raw,xvda,rw'],
  ])('%s becomes %s', (old, expected) => {
    expect(parseConfig(importLegacy(`disk = [ '${old}' ]\n`).text).settings.get('disk')?.value).toEqual([
      expected,
    ]);
  });

  it('take the device named by root= when they name none', () => {
    const text = 'disk = [\'phy:gandalf/feisty\']\nroot = "/dev/sda1 ro"\n';
    expect(lines(text)[0]).toBe('disk = [ "/dev/gandalf/feisty,raw,sda1,rw" ]');
    expect(why(text)[0]).toContain('the one in root=');
  });

  it('that cannot be read are listed and left out', () => {
    const { text, unconverted } = importLegacy("disk = [ 'phy:/dev/x', 'file:/a,xvda,w' ]\n");
    expect(unconverted).toEqual([{ line: 1, text: 'disk: phy:/dev/x', why: 'no vdev specified' }]);
    expect(text).toBe('# not converted: disk: phy:/dev/x\ndisk = [ "/a,raw,xvda,rw" ]\n');
  });

  it('broken over lines by a printer are joined', () => {
    const text =
      "disk = ['tap:aio:/home/me/xen-\nimages/a.img,sda1,w','tap:aio:/home/me\n  /xen-images/b.img,sda2,w']\n";
    expect(parseConfig(importLegacy(text).text).settings.get('disk')?.value).toEqual([
      '/home/me/xen-images/a.img,raw,sda1,rw',
      '/home/me/xen-images/b.img,raw,sda2,rw',
    ]);
  });
});

describe('network options of xm', () => {
  const extra = (text: string) => parseConfig(importLegacy(text).text).settings.get('extra')?.value;

  it.each([
    [
      "nfs_server = '192.168.1.67'\nnfs_root = '/mnt/feisty'\nroot = '/dev/nfs'\n",
      'nfsroot=192.168.1.67:/mnt/feisty ip=dhcp',
    ],
    ['dhcp = "dhcp"\nextra = "4"\n', '4 ip=dhcp'],
    [
      "ip='10.0.0.2'\nnetmask='255.255.255.0'\ngateway='10.0.0.1'\nhostname='web'\n",
      'ip=10.0.0.2::10.0.0.1:255.255.255.0:web::off',
    ],
    ['gateway="192.168.2.1"\nextra="3"\n', '3'],
  ])('%j go to the kernel', (old, expected) => {
    expect(extra(old)).toBe(expected);
  });

  it('go behind cmdline when there is one', () => {
    const { text } = importLegacy('cmdline="quiet"\ndhcp="dhcp"\n');
    expect(text).toBe('cmdline="quiet ip=dhcp"\n');
  });

  it('are explained', () => {
    expect(why('gateway="192.168.2.1"\n')).toEqual([
      'xl ignores this option, and alone it had no effect in xm either',
    ]);
  });
});

describe('whole documents', () => {
  it('loses the Python header of the old HVM example', () => {
    const text = `import os, re
arch = os.uname()[4]
if re.search('64', arch):
    arch_libdir = 'lib64'
else:
    arch_libdir = 'lib'

#----
# Kernel image file.
kernel = "/usr/lib/xen/boot/hvmloader"
builder='hvm'
memory = 128
name = "ExampleHVMDomain"
vif = [ 'type=ioemu, bridge=xenbr0' ]
disk = [ 'file:/var/images/min-el3-i386.img,hda,w', ',hdc:cdrom,r' ]
device_model = '/usr/' + arch_libdir + '/xen/bin/qemu-dm'
sdl=0
vncpasswd=''
stdvga=0
serial='pty'
`;
    const { text: converted, unconverted } = importLegacy(text);
    expect(unconverted).toEqual([]);
    expect(converted).not.toContain('import');
    const { config, rc } = toDomainConfig(parseConfig(converted), HOST);
    expect(rc).toBe(0);
    expect(config).toMatchObject({
      c_info: { type: 'hvm', name: 'ExampleHVMDomain' },
      b_info: { target_memkb: 131072, 'type.hvm': { vga: { kind: 'cirrus' }, serial: 'pty' } },
      disks: [
        { pdev_path: '/var/images/min-el3-i386.img', vdev: 'hda', readwrite: 1 },
        { vdev: 'hdc', format: 'empty', is_cdrom: 1 },
      ],
    });
  });

  it('keeps the first branch of a condition and says so', () => {
    const { text, changes } = importLegacy('if big:\n    memory = 512\nelse:\n    memory = 64\nvcpus=1\n');
    expect(text).toBe('memory = 512\nvcpus=1\n');
    expect(changes.map(({ line, after }) => [line, after])).toEqual([
      [1, ''],
      [2, 'memory = 512'],
      [3, ''],
      [4, ''],
    ]);
  });

  it('takes the body of a shell here-document', () => {
    const text =
      'cat > /images/nfs.cfg <<\n "EOF"\nkernel = "/boot/k"\nname = "nfs"\nEOF\nxm create nfs.cfg -c\n';
    expect(importLegacy(text).text).toBe('kernel = "/boot/k"\nname = "nfs"\n');
  });

  it('takes mark-up away', () => {
    expect(importLegacy('```\nname="g"\n```\n').text).toBe('name="g"\n');
    expect(importLegacy('{% highlight bash %}\nname="g"\n{% endhighlight %}\n').text).toBe('name="g"\n');
  });

  it('lists what it does not understand, with its line', () => {
    const { text, unconverted } = importLegacy('name="g"\nmemory = compute(3)\nthis is prose\n');
    expect(unconverted).toEqual([
      { line: 2, text: 'memory = compute(3)', why: 'the value of compute is not known here' },
      { line: 3, text: 'this is prose', why: 'this is no assignment' },
    ]);
    expect(text).toBe('name="g"\n# not converted: memory = compute(3)\n# not converted: this is prose\n');
  });

  it('says what changed on which line, and why', () => {
    expect(importLegacy('name="g"\nbuilder=\'hvm\'\n').changes).toEqual([
      {
        line: 2,
        before: "builder='hvm'",
        after: 'type = "hvm"',
        why: 'the type of the guest has an option of its own',
      },
    ]);
  });
});

describe('bounds', () => {
  it('refuses a text above the size limit', () => {
    expect(importLegacy('#'.repeat(MAX_CONFIG_LENGTH + 1)).unconverted[0]?.why).toContain('longer than');
  });

  it.each([
    ['open quotes', "a='\n"],
    ['open brackets', 'a=[\n'],
    ['nested brackets', 'a=[['],
    ['blanks', ' '],
    ['newlines', '\n'],
    ['prose', 'x y\n'],
    ['conditions', 'if x:\n'],
    ['blanks and equals signs', 'vif=["                                  ="]\n'],
  ])('reads a text full of %s to the end', (_, piece) => {
    const text = piece.repeat(Math.floor(200_000 / piece.length));
    expect(parseConfig(importLegacy(text).text).ok).toBe(true);
  });
});
