import type { BlockReader } from '../../../storage/fs/index.ts';
import type { XenContext } from '../host-context.ts';
import { Limit } from '../shell/limit.ts';
import { HostImage } from './host-image.ts';

/** Of the commands that run at the same time some stay free for others. */
const atOnce = 2;

/** Where a configured disk is: `phy:vg/lv` means /dev/vg/lv, as Xen's block script has it. */
export const hostPath = (path: string): string => (path.startsWith('/') ? path : `/dev/${path}`);

/** Files and devices of a host, for looking into them. */
export class HostImages {
  readonly #host: Pick<XenContext, 'xl' | 'clock'>;
  readonly #limit = new Limit(atOnce);

  constructor(host: Pick<XenContext, 'xl' | 'clock'>) {
    this.#host = host;
  }

  /**
   * Gives `use` the file or device to read from. What ends the reading in the middle is thrown whatever `use` makes of it; errors of
   * `HostImage.open` and the signal's reason.
   */
  read<T>(
    path: string,
    signal: AbortSignal | undefined,
    use: (reader: BlockReader) => Promise<T>,
  ): Promise<T> {
    return this.#limit.run(async () => {
      const image = await HostImage.open(this.#host, hostPath(path), signal);
      try {
        const result = await use(image);
        if (image.problem) throw image.problem;
        return result;
      } catch (error) {
        throw image.problem ?? error;
      }
    }, signal);
  }
}
