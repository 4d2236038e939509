import { clean } from '../shell/text.ts';
import { decimal, whole } from './number.ts';

/** A row of `xl list -v`. */
export interface ListRow {
  readonly domid: number;
  /** `(null)` on the host is null here. */
  readonly name: string | null;
  readonly memoryKiB: number;
  readonly vcpus: number;
  /** `-b----` */
  readonly letters: string;
  readonly cpuSeconds: number;
  readonly uuid: string;
  /** Xen's code of how it ended; null: it has not. */
  readonly shutdownCode: number | null;
}

/** A name may contain blanks, so a row is read from its end. */
const row =
  /^(.+?)\s+(\d{1,5})\s+(\d{1,12})\s+(\d{1,6})\s+([-rbpscdwS?]{6})\s+(\d{1,12}\.\d)\s+([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\s+(-|[0-9a-f]{1,8})(?:\s|$)/i;

const maxRows = 4096;

/** `xl list -v`. What is no row (headings, warnings that got into it) is passed over. */
export function parseList(text: string): ListRow[] {
  return text
    .split('\n')
    .slice(0, maxRows * 2)
    .flatMap((line) => {
      const match = line.length > 2048 ? null : row.exec(line);
      if (!match) return [];
      const [, name = '', domid, memory, vcpus, letters = '', seconds, uuid = '', reason = '-'] = match;
      return [
        {
          domid: whole(domid),
          name: name === '(null)' ? null : clean(name, 256),
          memoryKiB: whole(memory) * 1024,
          vcpus: whole(vcpus),
          letters,
          cpuSeconds: decimal(seconds),
          uuid: uuid.toLowerCase(),
          shutdownCode: reason === '-' ? null : parseInt(reason, 16) & 0xff,
        },
      ];
    })
    .slice(0, maxRows);
}
