import type { Part } from '../../device/part.ts';
import { textAt } from '../../device/struct.ts';

export const overview: Part<'overview'> = {
  kind: 'overview',
  title: 'Overview',
  read: (domain) => ({
    name: textAt(domain, 'c_info', 'name') ?? '',
    uuid: textAt(domain, 'c_info', 'uuid') ?? '',
  }),
  summary: ({ name }) => name,
  rules: () => ({
    name: 'live',
    uuid: { no: 'The UUID is what tells this domain from all others; it stays for life.' },
  }),
  options: ({ name }) => (name === undefined ? {} : { name }),
};
