import { EngineFailure } from '../../engine-client.ts';
import { clientOf, type Xl } from '../context.ts';

/* Devices as XenStore has them: what libxl's *-list commands read. */

/** The values below a node, by name; null when there is no such node. */
async function valuesOf(xl: Xl, path: string): Promise<ReadonlyMap<string, string> | null> {
  try {
    const { children } = await (await clientOf(xl)).xenstore.node({ host: xl.host, path });
    return new Map(children.map(({ name, value }) => [name, value]));
  } catch (error) {
    if (error instanceof EngineFailure && error.code !== 'ENGINE_LOST') return null;
    throw error;
  }
}

export interface StoredDevice {
  readonly devid: number;
  readonly backendPath: string;
  readonly backendDomid: number;
  /** A number of the frontend; -1 where it has none. */
  readonly frontend: (name: string) => number;
  /** A text of the frontend. */
  readonly text: (name: string) => string;
  /** A text of the backend, as libxl noted it. */
  readonly backend: (name: string) => string;
}

const number = (text: string | undefined): number =>
  text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : -1;

async function device(xl: Xl, base: string, devid: number, fallback: string): Promise<StoredDevice> {
  const own = await valuesOf(xl, `${base}/${devid}`);
  const frontend =
    (await valuesOf(xl, own?.get('frontend') ?? `${fallback}/${devid}`)) ?? new Map<string, string>();
  const backendPath = own?.get('backend') ?? frontend.get('backend') ?? '';
  return {
    devid,
    backendPath,
    backendDomid: number(/^\/local\/domain\/(\d+)\//.exec(backendPath)?.[1]),
    frontend: (name) => number(frontend.get(name)),
    text: (name) => frontend.get(name) ?? '',
    backend: (name) => own?.get(name) ?? '',
  };
}

/** The devices of one kind (`vbd`, `vif`) that a domain has, by number. */
export async function storedDevices(xl: Xl, domid: number, kind: string): Promise<StoredDevice[]> {
  const base = `/libxl/${domid}/device/${kind}`;
  const fallback = `/local/domain/${domid}/device/${kind}`;
  const known = (await valuesOf(xl, base)) ?? (await valuesOf(xl, fallback));
  const devids = [...(known?.keys() ?? [])].map(number).filter((devid) => devid >= 0);
  return Promise.all(devids.sort((a, b) => a - b).map((devid) => device(xl, base, devid, fallback)));
}
