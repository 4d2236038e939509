import type { Part } from '../part.ts';
import { type DomainStruct, hvmPath, oneOrMany, typeOf } from '../struct.ts';

export const maxPorts = 4;

/** A domain shows one port at least: there would be no console else. */
export const serialPorts = (domain: DomainStruct): number =>
  Math.min(maxPorts, Math.max(1, oneOrMany(domain, hvmPath, 'serial').length));

export const serial: Part<'serial'> = {
  kind: 'serial',
  title: 'Serial ports',
  read: (domain) => ({ ports: serialPorts(domain) }),
  summary: ({ ports }) => Array.from({ length: ports }, (_, port) => `ttyS${port}`).join(', '),
  rules: (domain) => ({
    ports: typeOf(domain) === 'hvm' ? 'restart' : { no: 'Only HVM guests have serial ports to choose.' },
  }),
  options: ({ ports }) => {
    if (ports === undefined) return {};
    return { serial: ports === 1 ? 'pty' : Array.from({ length: ports }, () => 'pty') };
  },
};
