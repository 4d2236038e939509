import { expect, it, vi } from 'vitest';
import type { Cpu } from '../../../engine/guest/v86/internals.ts';
import { SliceGuard } from '../../../engine/guest/v86/slice-guard.ts';

type Env = Record<string, (...words: number[]) => unknown>;

function guarded(): { guard: SliceGuard; env: Env; cpu: Cpu; counter: Uint32Array } {
  const guard = new SliceGuard();
  const env = { mmap_write32: vi.fn(), io_port_read8: vi.fn(() => 7), microtick: vi.fn() };
  const watched = guard.watch({ env, other: 1 }) as { env: Env };
  const counter = Uint32Array.of(1000);
  return { guard, env: watched.env, counter, cpu: { instruction_counter: counter } as unknown as Cpu };
}

it('ends a slice of device accesses that has lasted too long, and leaves the count of instructions true', () => {
  const { guard, env, cpu, counter } = guarded();
  guard.begin(cpu, performance.now() - 1000);
  for (let i = 0; i < 200; i += 1) env['mmap_write32']!(0xa0000, i);
  expect(counter[0]).toBeGreaterThan(1000 + 100_003);
  guard.end();
  expect(counter[0]).toBe(1000);
});

it('leaves a slice alone that has just begun, and accesses between slices', () => {
  const { guard, env, cpu, counter } = guarded();
  guard.begin(cpu, performance.now() + 60_000);
  for (let i = 0; i < 200; i += 1) env['mmap_write32']!(0xa0000, i);
  guard.end();
  for (let i = 0; i < 200; i += 1) env['io_port_read8']!(0x3fd);
  expect(counter[0]).toBe(1000);
});

it('passes accesses on, and everything else untouched', () => {
  const own = vi.fn(() => 7);
  const env = { io_port_read8: own, microtick: own };
  const watched = new SliceGuard().watch({ env, table: env }) as { env: Env; table: object };
  expect(watched.env['io_port_read8']!(0x3fd)).toBe(7);
  expect(own).toHaveBeenCalledWith(0x3fd);
  expect(watched.env['microtick']).toBe(own);
  expect(watched.table).toBe(env);
});
