import { normalizeMac, parseVif, printDomainJson } from '../../../xlcfg/index.ts';
import { NIC } from '../../../xlcfg/check/device-layout.ts';
import { arrange } from '../../../xlcfg/check/schema.ts';
import { Exit, findDomain, libxlError, type Xl, type XlContext } from '../context.ts';
import type { CommandTable, Globals } from '../program.ts';
import { storedDevices } from './device-store.ts';

/** The interface that words describe, as text for a dry run; one bad word ends the command (xl-commands §6). */
function described(words: readonly string[], xl: Xl): string {
  const { nic, messages } = parseVif(words);
  const end = messages.findIndex(({ severity }) => severity !== 'warning');
  for (const { text } of end < 0 ? messages : messages.slice(0, end + 1)) xl.err(`${text}\n`);
  if (end >= 0) throw new Exit(1);
  const { colo, ...rest } = nic;
  return printDomainJson(arrange(NIC, { ...rest, ...colo }));
}

async function attach([domain, ...words]: readonly string[], { dryRun }: Globals, xl: Xl): Promise<number> {
  const { domid } = await findDomain(xl, domain);
  const json = described(words, xl);
  if (dryRun) {
    xl.out(`vif: ${json}\n`);
    return 0;
  }
  libxlError(xl, 'this device model cannot add an interface while the domain runs', domid);
  libxlError(xl, 'unable to add device');
  xl.err('libxl_device_nic_add failed.\n');
  return 1;
}

async function detach([domain, word = '']: readonly string[], xl: Xl): Promise<number> {
  const { domid } = await findDomain(xl, domain);
  const devices = await storedDevices(xl, domid, 'vif');
  const mac = word.includes(':') ? normalizeMac(word) : undefined;
  const known = devices.some(({ devid, text }) =>
    word.includes(':') ? mac !== undefined && normalizeMac(text('mac')) === mac : String(devid) === word,
  );
  if (!known) {
    const path = `/libxl/${domid}/device/vif/${word}`;
    if (!word.includes(':')) libxlError(xl, `xenstore read failed: \`${path}': No such file or directory`);
    xl.err(`Unknown device ${word}.\n`);
    return 1;
  }
  libxlError(xl, 'this device model cannot remove an interface while the domain runs', domid);
  libxlError(xl, 'unable to remove device');
  xl.err('libxl_device_nic_del failed.\n');
  return 1;
}

export const networkCommands: CommandTable<XlContext> = {
  'network-attach': { atLeast: 1, run: ({ positionals }, globals, xl) => attach(positionals, globals, xl) },
  'network-detach': { atLeast: 2, run: ({ positionals }, _, xl) => detach(positionals, xl) },
};
