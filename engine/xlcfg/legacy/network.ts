import type { Constant } from './expression.ts';

/** What xm made of its network options: parts of the kernel command line. */
export interface NetworkOptions {
  readonly values: ReadonlyMap<string, Constant>;
}

const text = (values: ReadonlyMap<string, Constant>, key: string): string => {
  const value = values.get(key);
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
};

const IP_FIELDS = ['ip', 'nfs_server', 'gateway', 'netmask', 'hostname', 'interface'] as const;

/**
 * The words xm added to the command line: `ip=CLIENT:SERVER:GATEWAY:NETMASK:HOST:DEVICE:METHOD` and
 * `nfsroot=SERVER:DIRECTORY`. xl adds nothing, so they have to stand in the file.
 */
export function kernelWords(values: ReadonlyMap<string, Constant>): string[] {
  const words: string[] = [];
  const [server, directory] = [text(values, 'nfs_server'), text(values, 'nfs_root')];
  if (server !== '' && directory !== '') words.push(`nfsroot=${server}:${directory}`);
  const dhcp = text(values, 'dhcp');
  const wantsDhcp = dhcp !== '' && dhcp !== 'off' && dhcp !== '0';
  if (text(values, 'ip') !== '') {
    const fields = IP_FIELDS.map((key) => text(values, key));
    words.push(`ip=${[...fields, wantsDhcp ? 'dhcp' : 'off'].join(':')}`);
  } else if (wantsDhcp || words.length > 0) words.push('ip=dhcp');
  return words;
}
