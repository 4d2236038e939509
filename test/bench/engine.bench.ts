/** What the engine costs at rest: memory and CPU with 0, 1 and 4 guests of 64 MiB at their prompts. */
import { EngineProcess, sleep } from './engine-process.ts';
import type { Bench, BenchRow } from './row.ts';

/** Until the JIT has compiled what a booted guest still runs. */
const settleMs = 15_000;
const measureMs = 10_000;

const run: Bench = async () => {
  const engine = await EngineProcess.start();
  const rows: BenchRow[] = [];
  let guests = 0;
  for (const wanted of [0, 1, 4]) {
    for (; guests < wanted; guests += 1) (await engine.bootGuest(`idle-${guests}`)).console.close();
    await sleep(settleMs);
    const cpu = await engine.cpuPercent(measureMs);
    rows.push({ what: `engine memory, ${wanted} guests`, value: engine.rssMiB(), unit: 'MiB' });
    rows.push({
      what: `CPU at rest, ${wanted} guests`,
      value: cpu,
      unit: '% of a core',
      goal: wanted === 0 ? '' : `≤ ${wanted} % (1 % a guest)`,
    });
  }
  await engine.stop();
  return rows;
};
export default run;
