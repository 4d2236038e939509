import type { Part, PartKind } from '../../device/part.ts';
import { balloon } from '../../device/balloon/index.ts';
import { input } from '../../device/input/index.ts';
import { serial } from '../../device/serial/index.ts';
import { watchdog } from '../../device/watchdog/index.ts';
import { boot } from './boot.ts';
import { cpu } from './cpu.ts';
import { events } from './events.ts';
import { memory } from './memory.ts';
import { overview } from './overview.ts';

export type Parts = { readonly [Kind in PartKind]: Part<Kind> };

/** What every domain has, in the order of the list. */
export const partsOf = (pcpus: number): Parts => ({
  overview,
  cpu: cpu(pcpus),
  memory,
  boot,
  events,
  serial,
  input,
  balloon,
  watchdog,
});
