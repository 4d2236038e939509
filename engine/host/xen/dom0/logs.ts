import { PassThrough } from 'node:stream';
import { DomusError, type LogSource } from '../../../api/index.ts';
import type { CancelTimer } from '../../../lib/clock.ts';
import type { ByteStream } from '../../operation.ts';
import type { XenContext } from '../host-context.ts';
import { whole } from '../parse/number.ts';
import { clean } from '../shell/text.ts';
import { whileWanted } from '../shell/while-wanted.ts';
import { byteStream } from '../streams/duplex-stream.ts';

const maxSources = 2000;
/** What comes first: the newest part of what there is. */
const pastBytes = 256 * 1024;
const ringEveryMs = 3000;
const directories = { toolstack: '/var/log/xen/', console: '/var/log/xen/console/' } as const;

const listScript =
  'for f in /var/log/xen/*.log /var/log/xen/console/*.log; do if [ -f "$f" ]; then printf "%s %s\\n" "$(stat -c %s "$f")" "$f"; fi; done';

const followScript = whileWanted('tail -c "$2" -F "$1" 2>/dev/null');

/** Logs of the host that there are now; paths are their ids. */
export async function logSources({ xl, domains }: XenContext): Promise<LogSource[]> {
  const ring: LogSource = { id: 'hypervisor', title: 'xl dmesg', kind: 'hypervisor', domain: null, bytes: 0 };
  const { stdout } = await xl.script('listing logs', listScript);
  const files = stdout.split('\n').flatMap((line): LogSource[] => {
    const match = /^(\d{1,15}) (\/var\/log\/xen\/(console\/)?([^/\0]{1,150})\.log)$/.exec(line);
    if (!match) return [];
    const [, bytes, id = '', isConsole, file = ''] = match;
    const name = clean(file.replace(isConsole ? /^guest-/ : /^xl-/, ''), 150);
    const kind = isConsole ? 'console' : 'toolstack';
    return [
      { id, title: `${name}: ${kind}`, kind, domain: domains.byName(name)?.id ?? null, bytes: whole(bytes) },
    ];
  });
  return [ring, ...files].slice(0, maxSources);
}

/** Follows a source from `LogSource.id`. ERROR_NOTFOUND. */
export async function openLog(host: XenContext, id: string): Promise<ByteStream> {
  if (id === 'hypervisor') return followRing(host);
  const known = Object.values(directories).some((directory) => id.startsWith(directory));
  if (!known || !/^[^\0\n]+\.log$/.test(id) || id.includes('/../')) {
    throw new DomusError('ERROR_NOTFOUND', `There is no log "${id}".`, { field: 'source' });
  }
  const process = await host.xl.open({ script: followScript, args: [id, String(pastBytes)] });
  process.stderr.resume();
  process.stdin.on('error', () => undefined);
  const ended = process.ended.then(() => 'The log is not followed any more.');
  return byteStream({ from: process.stdout, to: null, close: () => process.kill() }, ended);
}

/** Xen's ring can only be read as a whole: what follows the text of the time before is new. */
function followRing(host: XenContext): ByteStream {
  const from = new PassThrough();
  let before = '';
  let closed = false;
  let cancel: CancelTimer = () => undefined;
  const look = async (): Promise<void> => {
    const text = await host.xl.run(['xl', 'dmesg']);
    const known = before !== '' && text.startsWith(before) ? before.length : overlap(before, text);
    if (!closed && known < text.length) from.write(text.slice(known));
    before = text;
  };
  return byteStream(
    {
      from,
      to: null,
      close() {
        closed = true;
        cancel();
      },
    },
    new Promise((resolve) => {
      const next = (): void =>
        void look().then(
          () => {
            if (!closed) cancel = host.clock.after(ringEveryMs, next);
          },
          (error: unknown) => resolve(error instanceof Error ? error.message : String(error)),
        );
      next();
    }),
  );
}

/** The ring has turned: how much of the new text was at the end of the old one. */
function overlap(before: string, text: string): number {
  const last = before.slice(-400);
  const at = last === '' ? -1 : text.indexOf(last);
  return at < 0 ? 0 : at + last.length;
}
