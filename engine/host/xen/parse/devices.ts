import { whole } from './number.ts';

/** XenbusState in words, as xl prints its number. */
const states = [
  'Unknown',
  'Initialising',
  'InitWait',
  'Initialised',
  'Connected',
  'Closing',
  'Closed',
  'Reconfiguring',
  'Reconfigured',
] as const;

export interface DeviceStates {
  /** By the number of the virtual device: 51712. */
  readonly vbds: ReadonlyMap<number, string>;
  /** By the number of the card. */
  readonly vifs: ReadonlyMap<number, string>;
}

const rows = (text: string, row: RegExp): Map<number, string> =>
  new Map(
    text
      .split('\n')
      .slice(0, 1000)
      .flatMap((line) => {
        const match = row.exec(line);
        return match ? [[whole(match[1]), states[whole(match[2])] ?? 'Unknown'] as const] : [];
      }),
  );

/** `xl block-list` and `xl network-list` of one domain. */
export const parseDeviceStates = (blocks: string, networks: string): DeviceStates => ({
  vbds: rows(blocks, /^(\d{1,12})\s+\d+\s+\d+\s+(\d)\s/),
  vifs: rows(networks, /^(\d{1,5})\s+\d+\s+[0-9a-f:]{17}\s+\d+\s+(\d)\s/i),
});
