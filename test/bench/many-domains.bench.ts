/**
 * The window with 1,000 running domains whose figures change each second: a host in memory (test code) behind the real
 * engine service, its page in a real browser. What is counted is the page's main thread as Chromium accounts it.
 */
import { type CDPSession, chromium, type Page } from '@playwright/test';
import { openBrowserDoor } from '../../engine/entry/browser-door.ts';
import { fixedHosts } from '../../engine/host/host-registry.ts';
import { createEngine } from '../../engine/service/engine.ts';
import { existsSync } from 'node:fs';
import { FakeHost, fakeDom0, fakeDomain } from '../support/fake-host.ts';
import { percentile, sleep } from './engine-process.ts';
import type { Bench } from './row.ts';

const domainCount = 1000;
const measureMs = 10_000;
const keyPresses = 40;
const chromiumPath = ['/usr/bin/chromium', '/usr/bin/google-chrome'].find((path) => existsSync(path));

const domains = [
  fakeDom0(),
  ...Array.from({ length: domainCount - 1 }, (_, index) =>
    fakeDomain(`guest-${String(index + 1).padStart(4, '0')}`, {
      domid: index + 1,
      state: 'running',
      letters: index % 3 === 0 ? 'r-----' : '-b----',
      memoryKiB: 65_536,
      startedAt: Date.now(),
    }),
  ),
];

const memory = { memoryTotalKiB: 2 ** 27, memoryFreeKiB: 2 ** 27 - domainCount * 65_536 };

/** The host, sampled each second until stopped. */
async function serve(): Promise<{ url: string; stop(): Promise<void> }> {
  let host: FakeHost | undefined;
  const log = { error: (...said: readonly unknown[]) => console.error(...said) };
  const engine = await createEngine({
    version: 'bench',
    recovered: false,
    log,
    hosts: async (sink) => fixedHosts([(host = new FakeHost(sink, { domains, info: memory }))]),
  });
  const timer = setInterval(() => host?.sample(), 1000);
  const door = await openBrowserDoor({ pages: 'dist/renderer', port: null }, engine);
  return {
    url: door.url,
    async stop() {
      clearInterval(timer);
      await door.close();
      await engine.close();
    },
  };
}

/** Percent of one core that the page's main thread was busy over a time. */
async function busyPercent(session: CDPSession): Promise<number> {
  const taskSeconds = async (): Promise<number> => {
    const { metrics } = await session.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN;
  };
  const before = await taskSeconds();
  await sleep(measureMs);
  return ((await taskSeconds()) - before) / (measureMs / 100_000);
}

/** Milliseconds from a key event in the page to the frame after it, for arrow keys in the tree; rows move on each. */
const pressKeys = `
  (async () => {
    const times = [];
    for (let press = 0; press < ${keyPresses}; press += 1) {
      const begun = performance.now();
      const key = press % 10 === 9 ? 'End' : 'ArrowDown';
      document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
      await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
      times.push(performance.now() - begun);
      await new Promise((resolve) => setTimeout(resolve, 37));
    }
    return times;
  })()`;

async function open(page: Page, url: string): Promise<number> {
  const begun = performance.now();
  await page.goto(url);
  await page.getByRole('treeitem', { name: /guest-0001/ }).waitFor();
  return performance.now() - begun;
}

const run: Bench = async () => {
  const served = await serve();
  const browser = await chromium.launch({
    ...(chromiumPath ? { executablePath: chromiumPath } : {}),
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
  const rowsMs = await open(page, served.url);
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  await page.getByRole('tab', { name: 'Domains' }).click();
  await sleep(2000);
  const table = await busyPercent(session);
  await page.getByRole('treeitem', { name: /guest-0002/ }).click();
  await sleep(2000);
  const domain = await busyPercent(session);
  await page.getByRole('treeitem', { name: /guest-0002/ }).focus();
  const keys = await page.evaluate<number[]>(pressKeys);
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  await browser.close();
  await served.stop();
  const peer = 'virt-manager, earlier';
  return [
    { what: `${domainCount} domains: page → rows visible`, value: rowsMs, unit: 'ms', goal: '≤ 1200 ms' },
    { what: '… table shown, page busy', value: table, unit: '%', peer, peerValue: 102, goal: '≤ 10 %' },
    { what: '… a domain shown, page busy', value: domain, unit: '%', peer, peerValue: 102, goal: '≤ 10 %' },
    {
      what: '… key → frame, p50',
      value: percentile(keys, 50),
      unit: 'ms',
      peer,
      peerValue: 865,
      goal: '≤ 16 ms',
    },
    {
      what: '… key → frame, p95',
      value: percentile(keys, 95),
      unit: 'ms',
      peer,
      peerValue: 1020,
      goal: '≤ 50 ms',
    },
    { what: '… heap of the page', value: usedSize / 1e6, unit: 'MB' },
  ];
};
export default run;
