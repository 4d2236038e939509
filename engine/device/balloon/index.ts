import type { Part } from '../part.ts';

/** The guest gives memory back, or gets it, through its balloon. */
export const balloon: Part<'balloon'> = {
  kind: 'balloon',
  title: 'Balloon',
  read: () => ({ enabled: true }),
  summary: () => 'memory can be taken and given while the guest runs',
  rules: () => ({
    enabled: { no: 'Every domain has one; whether it is used is up to the driver in the guest.' },
  }),
  options: () => ({}),
};
