/** Hot-plug as a person waits for it: from the call until a program in the guest sees the disk, and until it is gone again. */
import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { EngineProcess, median, percentile } from './engine-process.ts';
import type { Bench } from './row.ts';

const rounds = 9;
const image = '/var/lib/xen/images/bench.img';
const imageBytes = 8 << 20;

/** An empty image of the embedded host. */
async function makeImage(state: string): Promise<void> {
  const path = join(state, 'hosts', 'local', image);
  await mkdir(join(path, '..'), { recursive: true });
  const file = await open(path, 'w');
  await file.truncate(imageBytes);
  await file.close();
}

const run: Bench = async () => {
  const engine = await EngineProcess.start(makeImage);
  const { domain, console } = await engine.bootGuest('bench');
  const target = { host: 'local', domain } as const;
  const seen: number[] = [];
  const connected: number[] = [];
  const gone: number[] = [];
  /** Resolves once the guest has found that `test` holds for its new disk. */
  const guestSees = (test: string, mark: string): Promise<void> => {
    // The mark is put together by the guest's shell, so that the echo of the line is not taken for it.
    console.type(`until [ ${test} /sys/block/vda ]; do usleep 2000; done; echo "<""${mark}>"\n`);
    return console.until(new RegExp(`<${mark}>`));
  };
  // The agent says so when it is there; it starts beside the prompt.
  console.type(
    'until [ "$(xenstore-read control/feature-poweroff)" = 1 ]; do usleep 20000; done 2>/dev/null; echo "<""ready>"\n',
  );
  await console.until(/<ready>/);
  for (let round = 0; round < rounds; round += 1) {
    const appears = guestSees('-e', `in${round}`);
    const begun = performance.now();
    const added = engine.client.hardware.add({
      ...target,
      device: { kind: 'vbd', settings: { vdev: 'xvdb', path: image } },
      scope: 'now',
    });
    await appears;
    seen.push(performance.now() - begun);
    const { id } = await added;
    connected.push(performance.now() - begun);
    const vanishes = guestSees('! -e', `out${round}`);
    const ending = performance.now();
    await engine.client.hardware.remove({ ...target, id, scope: 'now' });
    await vanishes;
    gone.push(performance.now() - ending);
  }
  await engine.stop();
  return [
    { what: 'attach a disk → seen in the guest, p50', value: median(seen), unit: 'ms' },
    { what: 'attach a disk → seen in the guest, p95', value: percentile(seen, 95), unit: 'ms' },
    { what: 'attach a disk → connected, p50', value: median(connected), unit: 'ms' },
    { what: 'detach a disk → gone in the guest, p50', value: median(gone), unit: 'ms' },
  ];
};
export default run;
