import { type DisplayInfo, DomusError, type Thumbnail } from '../../api/index.ts';
import { encodePng } from '../../display/png.ts';
import type { MachineDisplay } from '../../guest/machine.ts';
import type { DisplayTools } from '../display.ts';
import type { ByteStream } from '../operation.ts';
import type { HostContext } from './context.ts';

/** Wide enough for any screen as it is. */
const wholeWidth = 4096;

/** The graphical consoles of the embedded host. */
export class LocalDisplays implements DisplayTools {
  readonly #host: HostContext;

  constructor(host: HostContext) {
    this.#host = host;
  }

  async info(domain: string): Promise<DisplayInfo> {
    const { display, sound } = this.#host.domains.get(domain);
    const screen = await asked(display.machine, (machine) => machine.screen());
    const { mode, width, height } = screen ?? { mode: 'none' as const, width: 0, height: 0 };
    const { door, viewers } = display;
    return {
      ...{ mode, width, height, viewers },
      ...{ listen: door?.address ?? null, password: door?.locked ?? false },
      silent: sound.why,
    };
  }

  async open(domain: string, options: { readOnly: boolean }): Promise<ByteStream> {
    const managed = this.#host.domains.get(domain);
    return managed.display.open(managed.name, options.readOnly);
  }

  async listen(domain: string): Promise<ByteStream> {
    const managed = this.#host.domains.get(domain);
    return managed.sound.open(managed.name);
  }

  async text(domain: string): Promise<string[] | null> {
    return asked(this.#host.domains.get(domain).display.machine, (machine) => machine.text());
  }

  async thumbnails(request: Parameters<DisplayTools['thumbnails']>[0]): Promise<Thumbnail[]> {
    const { width, domains, known } = request;
    return Promise.all(domains.map((domain) => this.#thumbnail(domain, width, known[domain] ?? 0)));
  }

  async screenshot(domain: string): Promise<{ png: string }> {
    const { name, display } = this.#host.domains.get(domain);
    const picture = await asked(display.machine, (machine) =>
      machine.picture({ maxWidth: wholeWidth, known: 0 }),
    );
    if (!picture?.small)
      throw new DomusError('ERROR_INVAL', `${name} shows no picture just now.`, { fix: 'Start it first.' });
    return { png: (await encodePng(picture.small)).toString('base64') };
  }

  /** A domain that has gone meanwhile is one without a picture. */
  async #thumbnail(domain: string, maxWidth: number, known: number): Promise<Thumbnail> {
    const managed = this.#host.domains.live.find(({ id }) => id === domain);
    const picture = await asked(managed?.display.machine ?? null, (machine) =>
      machine.picture({ maxWidth, known }),
    );
    if (!picture) return { domain, seq: 0, width: 0, height: 0, png: null };
    const { seq, width, height, small } = picture;
    const png = small && (await encodePng(small)).toString('base64');
    return { domain, seq, width, height, png };
  }
}

/** The machine's answer; null when there is none, or when it ends while it is asked. */
async function asked<T>(
  machine: MachineDisplay | null,
  question: (machine: MachineDisplay) => Promise<T>,
): Promise<T | null> {
  return machine ? question(machine).catch(() => null) : null;
}
