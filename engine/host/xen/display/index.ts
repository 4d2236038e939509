import type { Duplex } from 'node:stream';
import { type DisplayInfo, DomusError, type Thumbnail } from '../../../api/index.ts';
import { encodePng } from '../../../display/png.ts';
import type { DisplayTools } from '../../display.ts';
import type { ByteStream } from '../../operation.ts';
import { liveGuest } from '../dom0/target.ts';
import type { XenContext } from '../host-context.ts';
import { whole } from '../parse/number.ts';
import { clean } from '../shell/text.ts';
import { logIn } from './client.ts';
import { takePicture } from './picture.ts';
import { tunnel } from './tunnel.ts';
import { Wall } from './wall.ts';
import { WatchedPicture } from './watched-picture.ts';

/** Where a domain's VNC server listens, as its device model wrote it into the XenStore. */
interface Door {
  readonly host: string;
  readonly port: number;
  readonly password: string;
}

const doorScript =
  'for k in vnc-port vnc-listen vnc-pass; do xenstore-read "/local/domain/$1/console/$k" 2>/dev/null || echo; done';

const soundStays = 'The sound of a real host’s domains is not brought here; they play it where they run.';

const anywhere: readonly string[] = ['', '0.0.0.0', '::', '[::]', '*'];

/** The graphical consoles of a real host: VNC servers there, reached through the connection. */
export class XenDisplays implements DisplayTools {
  readonly #host: XenContext;
  readonly #wall: Wall;
  readonly #viewers = new Map<string, number>();

  constructor(host: XenContext) {
    this.#host = host;
    this.#wall = new Wall(host.clock, (id) => this.#watch(id));
  }

  async info(id: string): Promise<DisplayInfo> {
    const { live } = this.#host.domains.get(id);
    const door = live && (await this.#door(live.domid, live.config?.screen?.password ?? ''));
    return {
      mode: door ? 'graphics' : 'none',
      width: 0,
      height: 0,
      listen: door ? `${door.host}:${door.port}`.slice(0, 100) : null,
      password: door ? door.password !== '' : false,
      viewers: this.#viewers.get(id) ?? 0,
      silent: soundStays,
    };
  }

  /** Ends with the run: a domain that starts again has another server. */
  async open(id: string, { readOnly }: { readOnly: boolean }): Promise<ByteStream> {
    const { socket, door } = await this.#dial(id);
    try {
      const taker = await logIn(socket, door.password);
      this.#count(id, 1);
      socket.once('close', () => this.#count(id, -1));
      return tunnel(socket, taker, readOnly);
    } catch (error) {
      socket.destroy();
      throw error;
    }
  }

  async listen(): Promise<never> {
    throw new DomusError('ERROR_NI', soundStays);
  }

  async text(): Promise<null> {
    return null;
  }

  thumbnails({ width, domains, known }: Parameters<DisplayTools['thumbnails']>[0]): Promise<Thumbnail[]> {
    return this.#wall.pictures(domains, width, known);
  }

  /** The connection is gone, or the host is closed. */
  close(): void {
    this.#wall.close();
  }

  async screenshot(id: string): Promise<{ png: string }> {
    const { socket, door } = await this.#dial(id);
    try {
      const picture = await takePicture(socket, await logIn(socket, door.password));
      return { png: (await encodePng(picture)).toString('base64') };
    } finally {
      socket.destroy();
    }
  }

  async #watch(id: string): Promise<WatchedPicture> {
    const { socket, door } = await this.#dial(id);
    try {
      return await WatchedPicture.open(socket, await logIn(socket, door.password));
    } catch (error) {
      socket.destroy();
      throw error;
    }
  }

  #count(id: string, change: number): void {
    this.#viewers.set(id, Math.max(0, (this.#viewers.get(id) ?? 0) + change));
  }

  async #dial(id: string): Promise<{ socket: Duplex; door: Door }> {
    const { domain, live } = liveGuest(this.#host, id);
    const door = await this.#door(live.domid, live.config?.screen?.password ?? '');
    if (!door) {
      throw new DomusError('ERROR_INVAL', `${domain.name} has no VNC server.`, {
        fix: 'Add a graphical console to its configuration (vnc = 1, or a vfb for a PV guest) and start it anew.',
      });
    }
    const socket = await this.#host.xl.dial(door.host, door.port);
    socket.on('error', () => socket.destroy());
    return { socket, door };
  }

  async #door(domid: number, password: string): Promise<Door | null> {
    const { stdout } = await this.#host.xl.script('xenstore-read', doorScript, [String(domid)]);
    const [port, listen = '', pass = ''] = stdout.split('\n').map((line) => clean(line, 64));
    const number = whole(port, 0, 65_535);
    if (number === 0) return null;
    return {
      host: anywhere.includes(listen) ? '127.0.0.1' : listen,
      port: number,
      password: pass || password,
    };
  }
}
