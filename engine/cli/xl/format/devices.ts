import { left, lines, right } from './text.ts';

/** What the tables of devices show of one device; -1 where the store has no number. */
export interface DeviceRow {
  readonly devid: number;
  readonly backendDomid: number;
  readonly handle: number;
  /** XenbusState of the frontend. */
  readonly state: number;
  readonly eventChannel: number;
  readonly backendPath: string;
}

export interface VbdRow extends DeviceRow {
  readonly ringRef: number;
}

export interface VifRow extends DeviceRow {
  readonly mac: string;
  readonly txRingRef: number;
  readonly rxRingRef: number;
}

const join = (cells: readonly (readonly [string | number, number])[]): string =>
  cells.map(([value, width]) => left(value, width)).join(' ');

/** `xl block-list` (xl-commands §6). */
export function vbdTable(rows: readonly VbdRow[]): string {
  const widths = [5, 3, 6, 5, 6, 8, 30] as const;
  const titles = ['Vdev', 'BE', 'handle', 'state', 'evt-ch', 'ring-ref', 'BE-path'];
  const body = rows.map((row) => [
    row.devid,
    row.backendDomid,
    row.handle,
    row.state,
    row.eventChannel,
    row.ringRef,
    row.backendPath,
  ]);
  return lines(
    [titles, ...body].map((cells) => join(cells.map((cell, i) => [cell, widths[i] ?? 0] as const))),
  );
}

/** `xl network-list`. */
export function vifTable(rows: readonly VifRow[]): string {
  const header = `${join([
    ['Idx', 3],
    ['BE', 2],
    ['Mac Addr.', 17],
    ['handle', 6],
    ['state', 5],
    ['evt-ch', 6],
  ])} ${right('tx-', 5)}/${left('rx-ring-ref', 5)} ${left('BE-path', 30)}`;
  const body = rows.map(
    (row) =>
      `${left(row.devid, 3)} ${left(row.backendDomid, 2)} ${row.mac.toLowerCase()}${right(row.handle, 6)} ` +
      `${right(row.state, 5)} ${right(row.eventChannel, 6)} ${right(row.txRingRef, 5)}/${left(row.rxRingRef, 11)} ` +
      left(row.backendPath, 30),
  );
  return lines([header, ...body]);
}

export interface ChannelRow {
  readonly devid: number;
  readonly backendDomid: number;
  readonly state: number;
  readonly eventChannel: number;
  readonly ringRef: number;
  readonly connection: string;
  /** Where a terminal's is found; '' where there is none. */
  readonly pty: string;
}

/** Lines of `xl channel-list`; the last column is there for terminals only, and none has a title. */
export const channelRows = (rows: readonly ChannelRow[]): string =>
  lines(
    rows.map(({ devid, backendDomid, state, eventChannel, ringRef, connection, pty }) => {
      const cells = `${left(devid, 3)} ${left(backendDomid, 2)} ${left(state, 5)} ${left(eventChannel, 6)} `;
      const path = connection === 'pty' ? `${left(pty, 30)} ` : '';
      return `${cells}${left(ringRef, 8)} ${left(connection, 10)} ${path}`;
    }),
  );

const headers = {
  'channel-list': [
    ['Idx', -3],
    ['BE', -2],
    ['state', -5],
    ['evt-ch', -6],
    ['ring-ref', 8],
    ['connection', -10],
    ['', -30],
  ],
  'vtpm-list': [
    ['Idx', -3],
    ['BE', -2],
    ['Uuid', -36],
    ['handle', -6],
    ['state', -5],
    ['evt-ch', -6],
    ['ring-ref', -5],
    ['BE-path', -10],
  ],
  'vkb-list': [
    ['Idx', -3],
    ['BE', -2],
    ['handle', -6],
    ['state', -5],
    ['evt-ch', -6],
    ['ref', 6],
    ['ID', -10],
    ['BE-type', -10],
    ['BE-path', -30],
  ],
} as const;

/** Header of a device table that is empty on hosts without such devices; negative widths are left-aligned. */
export function deviceHeader(command: keyof typeof headers): string {
  const cells = headers[command].map(([title, width]) =>
    width < 0 ? left(title, -width) : right(title, width),
  );
  return `${cells.join(' ')}\n`;
}
