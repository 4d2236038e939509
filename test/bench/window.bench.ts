/** What a person feels: time from `npm start` (built) to the first paint, and from the engine's event to the DOM. */
import { chromium } from '@playwright/test';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectEngine, parseAddress } from '../../engine/cli/link.ts';
import { median, percentile, sleep } from './engine-process.ts';
import type { Bench } from './row.ts';

const starts = 3;
const events = 60;
const chromiumPath = ['/usr/bin/chromium', '/usr/bin/google-chrome'].find((path) => existsSync(path));

async function startDomus(state: string): Promise<{ url: string; end(): Promise<void> }> {
  const args = ['scripts/start.mjs', '--browser', '--no-open', '--state', state];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  const url = await new Promise<string>((resolve) => {
    let out = '';
    child.stdout.on('data', (data: Buffer) => {
      out += data.toString();
      const ready = /^Domus is ready at (\S+)$/m.exec(out)?.[1];
      if (ready) resolve(ready);
    });
  });
  const end = async (): Promise<void> => {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await ended;
  };
  return { url, end };
}

/** Runs in the page: notes the wall-clock time at which each new task row appears. */
const watchTasks = `
  window.__seen = [];
  new MutationObserver((changes) => {
    const added = changes.flatMap((change) => [...change.addedNodes]).filter((node) => node.nodeName === 'LI');
    for (const _ of added) window.__seen.push(performance.timeOrigin + performance.now());
  }).observe(document.querySelector('[aria-label="Activity"]'), { childList: true, subtree: true });
`;

const run: Bench = async () => {
  const browser = await chromium.launch({
    ...(chromiumPath ? { executablePath: chromiumPath } : {}),
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });
  const paints: number[] = [];
  const latencies: number[] = [];
  for (let round = 0; round < starts; round += 1) {
    const state = await mkdtemp(join(tmpdir(), 'domus-bench-'));
    const begun = performance.timeOrigin + performance.now();
    const started = await startDomus(state);
    const { url } = started;
    const page = await browser.newPage();
    await page.goto(url);
    const painted = await page.evaluate<number>(
      `new Promise((resolve) => new PerformanceObserver((list) => { const e = list.getEntriesByName('first-contentful-paint')[0]; if (e) resolve(performance.timeOrigin + e.startTime); }).observe({ type: 'paint', buffered: true }))`,
    );
    paints.push(painted - begun);
    if (round === 0) {
      await page.getByRole('treeitem', { name: /Domain-0/ }).waitFor();
      latencies.push(...(await measureEvents(url, page)));
    }
    await page.close();
    await started.end();
    await rm(state, { recursive: true, force: true });
  }
  await browser.close();
  return [
    { what: 'npm start (built) to first paint', value: median(paints), unit: 'ms', goal: '≤ 1200 ms' },
    { what: 'event engine → DOM, p50', value: percentile(latencies, 50), unit: 'ms', goal: '≤ 16 ms' },
    { what: 'event engine → DOM, p95', value: percentile(latencies, 95), unit: 'ms', goal: '≤ 50 ms' },
  ];
};

/** Tasks that fail at once make events whose time the engine notes itself (startedAt, whole ms). */
async function measureEvents(
  url: string,
  page: { evaluate<T>(code: string): Promise<T> },
): Promise<number[]> {
  await page.evaluate(watchTasks);
  const link = await connectEngine(parseAddress(url));
  for (let i = 0; i < events; i += 1) {
    await link.client.domain.start({ host: 'local', domain: 'nobody' }).catch(() => undefined);
    await sleep(50);
  }
  const seen = await page.evaluate<number[]>('window.__seen');
  const snapshot = await link.client.state.snapshot();
  const begun = snapshot.objects
    .flatMap((object) => (object.kind === 'task' ? [object.value.startedAt] : []))
    .sort((a, b) => a - b);
  link.close();
  // The row that brought the list with it is not seen as one: the last rows are those of the last tasks.
  const matching = begun.slice(-seen.length);
  return seen.slice(-matching.length).map((at, i) => Math.max(0, at - (matching[i] ?? at)));
}
export default run;
