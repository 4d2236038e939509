import { defineStore } from 'pinia';
import { shallowRef } from 'vue';
import type { History, HostSamples, Sample } from '../../engine/api/host.ts';
import { HostSeries } from './sample-series.ts';

/**
 * Newest figures and a minute of CPU history per domain. The series are plain arrays: reading one through the functions
 * below follows `tick`, which moves once per sample, instead of making a thousand values reactive each second.
 */
export const useSamplesStore = defineStore('samples', () => {
  const tick = shallowRef(0);
  const hosts = new Map<string, HostSeries>();

  function put(samples: HostSamples): void {
    const series = hosts.get(samples.host) ?? new HostSeries();
    series.apply(samples.at, samples.whole, samples.domains);
    hosts.set(samples.host, series);
    tick.value += 1;
  }
  function remove(host: string): void {
    hosts.delete(host);
    tick.value += 1;
  }

  /** Fills a domain's last minute from the engine's history; does nothing before its first sample. */
  function seed(host: string, domain: string, history: Pick<History, 'at' | 'cpuPercent'>): void {
    hosts.get(host)?.domains.get(domain)?.cpu.seed(history.at, history.cpuPercent);
    tick.value += 1;
  }

  function follow(host: string): HostSeries | undefined {
    return tick.value >= 0 ? hosts.get(host) : undefined;
  }
  /** Epoch ms of the newest sample; null before the first. */
  const at = (host: string): number | null => follow(host)?.at ?? null;
  const whole = (host: string): Sample | null => follow(host)?.whole ?? null;
  const latest = (host: string, domain: string): Sample | null =>
    follow(host)?.domains.get(domain)?.latest ?? null;
  /** A fresh copy, oldest first, at most a minute. */
  const cpuSeries = (host: string, domain: string): (number | null)[] => [
    ...(follow(host)?.domains.get(domain)?.cpu.values ?? []),
  ];
  const hostCpuSeries = (host: string): (number | null)[] => [...(follow(host)?.cpu.values ?? [])];

  return { tick, put, remove, seed, at, whole, latest, cpuSeries, hostCpuSeries };
});
