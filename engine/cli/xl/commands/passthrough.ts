import { parsePci, parseUsbController, parseUsbDevice } from '../../../xlcfg/index.ts';
import type { SpecResult } from '../../../xlcfg/device/spec.ts';
import { Exit, findDomain, libxlError, type Xl, type XlContext } from '../context.ts';
import { flag, valued } from '../given.ts';
import type { Command, CommandTable } from '../program.ts';

/* PCI and USB passthrough: the answers of a host on which nothing can be passed through. */

const hex = (value: number | undefined): string => (value ?? 0).toString(16);
const padded = (value: number | undefined, digits: number): string => hex(value).padStart(digits, '0');

function pciOf(command: string, spec: string, what: string) {
  const result = parsePci(spec);
  if (result.ok) return result.pci;
  throw new Exit(2, `${command}: malformed ${what} "${spec}"\n`);
}

async function pciAttach([domain, spec = '']: readonly string[], xl: Xl): Promise<number> {
  const { domid } = await findDomain(xl, domain);
  const pci = pciOf('pci-attach', spec, 'PCI_SPEC_STRING');
  const place = `${hex(pci.domain)}:${hex(pci.bus)}:${hex(pci.dev)}.${hex(pci.func)}`;
  libxlError(xl, `PCI device ${place} is not assignable`, domid);
  libxlError(xl, `libxl__device_pci_add failed for PCI device ${place} (rc -3)`, domid);
  libxlError(xl, 'unable to add device');
  return 1;
}

async function pciDetach([domain, spec = '']: readonly string[], xl: Xl): Promise<number> {
  const { domid } = await findDomain(xl, domain);
  pciOf('pci-detach', spec, 'PCI_SPEC_STRING');
  libxlError(xl, 'PCI device not attached to this domain', domid);
  libxlError(xl, 'unable to remove device');
  return 1;
}

async function makeAssignable([bdf = '']: readonly string[], xl: Xl): Promise<number> {
  const pci = pciOf('pci-assignable-add', bdf, 'BDF');
  const place = `${padded(pci.domain, 4)}:${padded(pci.bus, 2)}:${padded(pci.dev, 2)}.${hex(pci.func)}`;
  libxlError(xl, `Couldn't lstat /sys/bus/pci/devices/${place}: No such file or directory`);
  return 1;
}

async function takeBack([word = '']: readonly string[], xl: Xl): Promise<number> {
  const pci = pciOf('pci-assignable-remove', word, 'BDF');
  libxlError(
    xl,
    `Checking if ${padded(pci.domain, 4)}:${padded(pci.bus, 2)}:${padded(pci.dev, 2)}.${hex(pci.func)} was assigned: No such file or directory`,
  );
  return 1;
}

/** Reads a specification and then says that there is no controller to attach to. */
const usbAttach = (
  what: string,
  atLeast: number,
  parse: (spec: string) => SpecResult<unknown>,
): Command<XlContext> => ({
  atLeast,
  async run({ positionals: [domain, ...words] }, _, xl) {
    const { domid } = await findDomain(xl, domain);
    const result = parse(words.join(','));
    if (!result.ok) {
      xl.err(`${result.error.text}\n`);
      return 1;
    }
    libxlError(xl, 'this host has no backend for USB devices', domid);
    xl.err(`libxl_device_${what}_add failed.\n`);
    return 1;
  },
});

const usbDetach = (what: string, atLeast: number): Command<XlContext> => ({
  atLeast,
  async run({ positionals: [domain, device = '', port = ''] }, _, xl) {
    await findDomain(xl, domain);
    if (what === 'usbctrl') xl.err(`Unknown device ${device}.\n`);
    else xl.err(`Unknown device at controller ${device} port ${port}.\n`);
    return 1;
  },
});

const known: Command<XlContext>['run'] = async ({ positionals: [domain] }, _, xl) => {
  await findDomain(xl, domain);
  return 0;
};

export const passthroughCommands: CommandTable<XlContext> = {
  'pci-attach': { atLeast: 2, run: ({ positionals }, _, xl) => pciAttach(positionals, xl) },
  'pci-detach': {
    options: [flag('f', 'force')],
    atLeast: 2,
    run: ({ positionals }, _, xl) => pciDetach(positionals, xl),
  },
  'pci-list': {
    atLeast: 1,
    async run({ positionals: [domain] }, _, xl) {
      await findDomain(xl, domain);
      xl.out('Vdev Device\n');
      return 0;
    },
  },
  'pci-assignable-add': {
    options: [valued('n', 'name')],
    atLeast: 1,
    run: ({ positionals }, _, xl) => makeAssignable(positionals, xl),
  },
  'pci-assignable-remove': {
    options: [flag('r')],
    atLeast: 1,
    run: ({ positionals }, _, xl) => takeBack(positionals, xl),
  },
  'pci-assignable-list': { options: [flag('n', 'show-names')], run: async () => 0 },
  'usbctrl-attach': usbAttach('usbctrl', 1, parseUsbController),
  'usbctrl-detach': usbDetach('usbctrl', 2),
  'usbdev-attach': usbAttach('usbdev', 2, parseUsbDevice),
  'usbdev-detach': usbDetach('usbdev', 3),
  'usb-list': { atLeast: 1, run: known },
};
