import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Disk,
  normalizeMac,
  parseChannel,
  parseDisk,
  parseMemorySizeKiB,
  parseP9,
  parsePci,
  parsePvcalls,
  parseRate,
  parseUsbController,
  parseUsbDevice,
  parseVdispl,
  parseVfb,
  parseVif,
  parseVirtio,
  parseVkb,
  parseVsnd,
  parseVtpm,
  printChannel,
  printDisk,
  printMemorySize,
  printP9,
  printPci,
  printPvcalls,
  printRate,
  printUsbController,
  printUsbDevice,
  printVdispl,
  printVfb,
  printVif,
  printVirtio,
  printVkb,
  printVsnd,
  printVtpm,
  type SpecResult,
  vdevName,
  vdevNumber,
} from '../../../engine/xlcfg/index.ts';
import { soup } from './arbitraries.ts';

const valueOf = <T>(result: SpecResult<T>): T | undefined => (result.ok ? result.value : undefined);
const diskOf = (spec: string): Disk | undefined => {
  const result = parseDisk(spec);
  return result.ok ? result.disk : undefined;
};

describe('disks are written', () => {
  it.each<[string, Disk, string]>([
    [
      'in the short form',
      { pdev_path: '/d.img', format: 'qcow2', vdev: 'xvda', readwrite: 1 },
      '/d.img,qcow2,xvda,rw',
    ],
    ['read-only', { pdev_path: '/d', format: 'raw', vdev: 'xvdb' }, '/d,raw,xvdb,ro'],
    [
      'as a CD',
      { pdev_path: '/i.iso', format: 'raw', vdev: 'hdc', removable: 1, is_cdrom: 1 },
      '/i.iso,raw,hdc,cdrom',
    ],
    [
      'as an empty CD drive',
      { pdev_path: '', format: 'empty', vdev: 'hdc', removable: 1, is_cdrom: 1 },
      ',empty,hdc,cdrom',
    ],
    [
      'with names when the target has commas or colons',
      { pdev_path: 'host:1,x', format: 'raw', vdev: 'xvda', readwrite: 1, script: 'block-nbd' },
      'vdev=xvda,format=raw,access=rw,script=block-nbd,target=host:1,x',
    ],
    [
      'with a target that looks like a flag',
      { pdev_path: 'cdrom', format: 'raw', vdev: 'hda', readwrite: 1 },
      'vdev=hda,format=raw,access=rw,target=cdrom',
    ],
  ])('%s', (_, disk, spec) => {
    expect(printDisk(disk)).toBe(spec);
    expect(diskOf(spec)).toEqual(disk);
  });

  it('but not with what the language cannot say', () => {
    expect(() => printDisk({ vdev: 'a,b' })).toThrow(RangeError);
    expect(() => printDisk({ vdev: 'xvda', pdev_path: 'a\nb' })).toThrow(RangeError);
    expect(() => printVif({ bridge: 'br0,mac=00:16:3e:00:00:01' })).toThrow(RangeError);
  });
});

describe('what is read and written again is read the same', () => {
  const pieces = [
    ...[
      ',',
      ',',
      ',',
      '=',
      'x',
      '/d',
      '1',
      '0x3',
      '12',
      ':',
      ';',
      ' ',
      'raw',
      'vhd',
      'xvda',
      'hdc:cdrom',
      'cdrom',
      'tap:aio:',
    ],
    ...[
      'nbd:',
      'target=',
      'vdev=',
      'format=',
      'access=r',
      'backendtype=qdisk',
      'discard',
      'colo-port=',
      'trusted',
      'backend=',
    ],
    ...[
      'type=',
      'ioemu',
      'mac=00:16:3e:00:00:0',
      'bridge=',
      'rate=10MB/s',
      '@20ms',
      'mtu=',
      'ip=',
      'forwarddev=',
      'vlan=',
    ],
    ...[
      '01:00.0',
      '@5',
      'permissive=1',
      'name=',
      'rdm_policy=relaxed',
      'bdf=',
      '02:1f.*',
      'vnc=',
      'vncdisplay=',
      'keymap=',
    ],
    ...[
      'backend-type=qemu',
      'unique-id=',
      'feature-abs-pointer=',
      'multi-touch-width=',
      'version=',
      'ports=',
      'hostbus=',
    ],
    ...[
      'hostdev',
      'controller=',
      'port=',
      'connection=pty',
      'connection=socket',
      'path=',
      'tag=',
      'security_model=none',
    ],
    ...[
      'xen_9pfsd',
      'max-files=',
      'uuid=d8c3b78a-de93-4c69-8b87-2266119b2cf5',
      'connectors=',
      'id:1x2',
      'be-alloc=',
      'transport=mmio',
    ],
  ];
  const LANGUAGES: readonly (readonly [string, (spec: string) => unknown, (value: never) => string])[] = [
    ['disk', diskOf, printDisk],
    ['vif', (spec) => parseVif(spec).nic, printVif],
    [
      'pci',
      (spec) => {
        const result = parsePci(spec);
        return result.ok ? result.pci : undefined;
      },
      printPci,
    ],
    ['vfb', parseVfb, printVfb],
    ['vkb', (spec) => valueOf(parseVkb(spec)), printVkb],
    ['usbctrl', (spec) => valueOf(parseUsbController(spec)), printUsbController],
    ['usbdev', (spec) => valueOf(parseUsbDevice(spec)), printUsbDevice],
    ['channel', (spec) => valueOf(parseChannel(spec)), printChannel],
    ['p9', (spec) => valueOf(parseP9(spec, '/p')), printP9],
    ['vtpm', (spec) => valueOf(parseVtpm(spec)), printVtpm],
    ['vdispl', (spec) => valueOf(parseVdispl(spec)), printVdispl],
    ['virtio', (spec) => valueOf(parseVirtio(spec)), printVirtio],
    ['pvcalls', (spec) => valueOf(parsePvcalls(spec)), printPvcalls],
  ];

  it.each(LANGUAGES)('%s', (_, parse, print) => {
    fc.assert(
      fc.property(soup(pieces, 12), (spec) => {
        const value = parse(spec);
        if (value === undefined) return;
        let printed: string;
        try {
          printed = print(value as never);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
          return;
        }
        expect(parse(printed)).toEqual(value);
      }),
      { numRuns: 1000 },
    );
  });

  it('vsnd', () => {
    const items = [
      'card,short-name=a',
      'pcm,name=p,channels-min=1',
      'stream,unique-id=0,type=P,sample-rates=1;2',
      'stream',
      'pcm',
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...items), { maxLength: 6 }), (spec) => {
        const card = valueOf(parseVsnd(spec));
        expect(card !== undefined && valueOf(parseVsnd(printVsnd(card)))).toEqual(card);
      }),
    );
  });

  it('rate', () => {
    const speeds = fc.record({
      bytesPerSecond: fc.bigInt({ min: 1n, max: 4_000_000_000n }),
      interval: fc.constantFrom(1n, 20n, 1000n, 50_000n, 123_457n, 1_000_000n, 4_294_967_295n),
    });
    fc.assert(
      fc.property(speeds, ({ bytesPerSecond, interval }) => {
        const bytesPerInterval = (bytesPerSecond * interval) / 1_000_000n;
        const rate = { bytesPerInterval, intervalMicroseconds: Number(interval) };
        expect(parseRate(printRate(rate))).toEqual({ ok: true, rate });
      }),
      { numRuns: 1000 },
    );
  });

  it('memory size', () => {
    fc.assert(
      fc.property(fc.nat(), (kib) => {
        expect(parseMemorySizeKiB(printMemorySize(kib))).toBe(kib);
      }),
    );
  });

  it('device number', () => {
    const numbers = [51712, 51713, 51952, 268439552, 268435711, 768, 832, 831, 5632, 5696, 2048, 2067];
    for (const number of numbers) expect(vdevNumber(vdevName(number))).toBe(number);
    fc.assert(
      fc.property(fc.nat(), (number) => {
        expect(vdevNumber(vdevName(number))).toBe(number);
      }),
    );
  });
});

describe('addresses', () => {
  it.each([
    ['0:16:3E:1:2:3', '00:16:3e:01:02:03'],
    ['00-16-3e-00-00-01', '00:16:3e:00:00:01'],
    ['00:16:3e:00:00:01 and more', '00:16:3e:00:00:01'],
    ['00:16:3e', undefined],
    ['00:16:3e:00:00:100', undefined],
  ])('MAC %s is %s', (text, mac) => {
    expect(normalizeMac(text)).toBe(mac);
  });

  it('keeps what was read of a broken MAC, as the real tool does', () => {
    const { nic, messages } = parseVif('mac=00:16:3e:00:00:100');
    expect(nic.mac).toBe('00:16:3e:00:00:00');
    expect(messages.map(({ text }) => text)).toEqual(["Invalid parameter `mac'."]);
  });
});
