import { type Nic, normalizeMac, parseVif, printDomainJson, printRate } from '../../../xlcfg/index.ts';
import { NIC } from '../../../xlcfg/check/device-layout.ts';
import { arrange } from '../../../xlcfg/check/schema.ts';
import { attemptOn, Exit, findDomain, type Found, libxlError, type Xl, type XlContext } from '../context.ts';
import type { CommandTable, Globals } from '../program.ts';
import { storedDevices } from './device-store.ts';
import { sayHint } from './hint.ts';

/** The interface that words describe; one bad word ends the command (xl-commands §6). */
function described(words: readonly string[], xl: Xl): Nic {
  const { nic, messages } = parseVif(words);
  const end = messages.findIndex(({ severity }) => severity !== 'warning');
  for (const { text } of end < 0 ? messages : messages.slice(0, end + 1)) xl.err(`${text}\n`);
  if (end >= 0) throw new Exit(1);
  return nic;
}

function dryRunText({ colo, ...rest }: Nic): string {
  return `vif: ${printDomainJson(arrange(NIC, { ...rest, ...colo }))}\n`;
}

function rateOf({ rate_bytes_per_interval: bytes, rate_interval_usecs: interval }: Nic): string | null {
  if (!bytes || !interval) return null;
  return printRate({ bytesPerInterval: BigInt(bytes), intervalMicroseconds: interval });
}

function plugNic(xl: Xl, found: Found, nic: Nic) {
  const settings = {
    mac: (nic.mac === undefined ? undefined : normalizeMac(nic.mac)) ?? null,
    ...(nic.bridge !== undefined && { bridge: nic.bridge }),
    // As on Xen: what is plugged in is a PV card, whatever model= says.
    model: null,
    ip: nic.ip ?? null,
    script: nic.script ?? null,
    vifname: nic.ifname ?? null,
    rate: rateOf(nic),
  };
  return attemptOn(xl, found, (client, target) =>
    client.hardware.add({ ...target, device: { kind: 'vif', settings }, scope: 'now' }),
  );
}

async function attach([domain, ...words]: readonly string[], { dryRun }: Globals, xl: Xl): Promise<number> {
  const found = await findDomain(xl, domain);
  const nic = described(words, xl);
  if (dryRun) {
    xl.out(dryRunText(nic));
    return 0;
  }
  const { domid } = found;
  const next = Math.max(-1, ...(await storedDevices(xl, domid, 'vif')).map(({ devid }) => devid)) + 1;
  const done = await plugNic(xl, found, nic);
  if (done.ok) return sayHint(xl, done.value);
  libxlError(xl, `Unable to add vif with id ${next}`, domid);
  xl.err('libxl_device_nic_add failed.\n');
  return 1;
}

async function detach([domain, word = '']: readonly string[], xl: Xl): Promise<number> {
  const found = await findDomain(xl, domain);
  const { domid } = found;
  const devices = await storedDevices(xl, domid, 'vif');
  const mac = word.includes(':') ? normalizeMac(word) : undefined;
  const known = devices.find(({ devid, text }) =>
    word.includes(':') ? mac !== undefined && normalizeMac(text('mac')) === mac : String(devid) === word,
  );
  if (!known) {
    const path = `/libxl/${domid}/device/vif/${word}`;
    if (!word.includes(':')) libxlError(xl, `xenstore read failed: \`${path}': No such file or directory`);
    xl.err(`Unknown device ${word}.\n`);
    return 1;
  }
  const id = `vif:${known.devid}`;
  const done = await attemptOn(xl, found, (client, target) =>
    client.hardware.remove({ ...target, id, scope: 'now', force: false }),
  );
  if (done.ok) return sayHint(xl, done.value);
  libxlError(xl, `Unable to remove vif with id ${known.devid}`, domid);
  xl.err('libxl_device_nic_del failed.\n');
  return 1;
}

export const networkCommands: CommandTable<XlContext> = {
  'network-attach': { atLeast: 1, run: ({ positionals }, globals, xl) => attach(positionals, globals, xl) },
  'network-detach': { atLeast: 2, run: ({ positionals }, _, xl) => detach(positionals, xl) },
};
