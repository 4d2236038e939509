import type { Vcpu, VcpuActivity } from './vcpu.ts';

/** One measurement of one vCPU, covering the time since the previous one of the same vCPU. */
export interface SchedSample {
  readonly domid: number;
  readonly vcpu: number;
  /** CPU time used, nanoseconds. */
  readonly usedNs: number;
  readonly activity: VcpuActivity;
  /** Time it wanted to run but was held back (by its cap or by others), if the machine measures it. */
  readonly waitedNs?: number;
}

/** Smoothing of the measured rate. Long enough for a guest that works in bursts, short enough to follow a change. */
const smoothingNs = 200e6;

/** Using this part of what is allowed counts as using all of it. */
const saturation = 0.9;

/** One saturated interval may be a burst; two are a guest that wants more. */
const saturatedToHungry = 2;

/** Never found blocked this often: it wants more, even if others on the computer keep it from using what it is allowed. */
const awakeToHungry = 4;

/** Held back for this part of the time is hungry, when the machine measures it. */
const waitToHungry = 0.05;

/** Using less than this is idling. */
const idleRate = 0.02;

/** Two idle intervals in a row are not a pause between bursts: it sleeps, and comes back at its full rate at once. */
const idleToAsleep = 2;

/** Without news for this long a vCPU wants nothing, until it is heard of again. */
const newsNs = 3e9;

/** Less use than this is background noise: the vCPU does not count as active in its domain. */
export function isActive(vcpu: Vcpu): boolean {
  return vcpu.activity !== 'offline' && (vcpu.hungry || vcpu.average > idleRate);
}

/**
 * Learns from a sample what the vCPU wants. Returns the CPU time it used and whether it has just woken from idling.
 * Nonsense (negative or non-finite times) counts as nothing used.
 */
export function observe(vcpu: Vcpu, sample: SchedSample, nowNs: number): { usedNs: number; woke: boolean } {
  const elapsedNs = nowNs - vcpu.sampledNs;
  const usedNs = Number.isFinite(sample.usedNs) ? Math.max(0, sample.usedNs) : 0;
  const wasIdle = vcpu.rate < idleRate;
  if (elapsedNs <= 0) return { usedNs: 0, woke: false };
  vcpu.sampledNs = nowNs;
  vcpu.activity = sample.activity;
  if (sample.activity === 'offline') {
    forget(vcpu);
    return { usedNs, woke: false };
  }
  vcpu.rate = Math.min(1, usedNs / elapsedNs);
  const slept = vcpu.idle >= idleToAsleep;
  vcpu.idle = vcpu.rate < idleRate ? vcpu.idle + 1 : 0;
  const gain = slept || vcpu.idle >= idleToAsleep ? 1 : 1 - Math.exp(-elapsedNs / smoothingNs);
  vcpu.average += gain * (vcpu.rate - vcpu.average);
  vcpu.saturated = vcpu.rate >= (saturation * vcpu.capPercent) / 100 ? vcpu.saturated + 1 : 0;
  vcpu.awake = sample.activity === 'blocked' ? 0 : vcpu.awake + 1;
  vcpu.hungry = isHungry(vcpu, sample, elapsedNs);
  return { usedNs, woke: wasIdle && vcpu.rate >= idleRate };
}

function isHungry(vcpu: Vcpu, sample: SchedSample, elapsedNs: number): boolean {
  if (sample.waitedNs !== undefined) return sample.waitedNs > waitToHungry * elapsedNs;
  if (vcpu.saturated >= saturatedToHungry || vcpu.awake >= awakeToHungry) return true;
  const stillWants = vcpu.saturated > 0 || vcpu.awake > 0;
  return vcpu.hungry && stillWants;
}

/** To be called each tick: forgets what a vCPU wanted that nobody has measured for long. */
export function expire(vcpu: Vcpu, nowNs: number): void {
  if (nowNs - vcpu.sampledNs > newsNs && vcpu.idle < idleToAsleep) forget(vcpu);
}

/** An offline vCPU wants nothing and starts anew. */
function forget(vcpu: Vcpu): void {
  vcpu.rate = 0;
  vcpu.average = 0;
  vcpu.saturated = 0;
  vcpu.idle = idleToAsleep;
  vcpu.awake = 0;
  vcpu.hungry = false;
  vcpu.lagNs = 0;
}
