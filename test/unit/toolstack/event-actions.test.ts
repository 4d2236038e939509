import { describe, expect, it } from 'vitest';
import type { DomainExit } from '../../../engine/toolstack/domain-exit.ts';
import { deadName, planExit, RestartGuard } from '../../../engine/toolstack/event-actions.ts';
import type { EventAction, GuestConfig } from '../../../engine/toolstack/guest-config.ts';
import { readGuestConfig } from '../../../engine/toolstack/read-config.ts';

const config = (actions: Partial<GuestConfig>): GuestConfig => ({
  ...readGuestConfig('name="web"\ntype="hvm"\nmemory=64\n', 'web.cfg', 1).config,
  ...actions,
});

const crash: DomainExit = { reason: 'crash', code: 3, detail: '' };

describe('what follows when a guest ends by itself', () => {
  it.each([
    ['poweroff', 0, 'preserve'],
    ['reboot', 1, 'restart'],
    ['crash', 3, 'rename-restart'],
    ['watchdog', 4, 'coredump-restart'],
    ['soft-reset', 5, 'soft-reset'],
    ['destroyed', 7, 'destroy'],
  ] as const)('%s (code %i) looks at its own option', (reason, code, action) => {
    const actions = {
      onPoweroff: 'preserve',
      onReboot: 'restart',
      onCrash: 'rename-restart',
      onWatchdog: 'coredump-restart',
      onSoftReset: 'soft-reset',
    } as const;
    expect(planExit({ reason, code, detail: '' }, config(actions), true)).toMatchObject({ code, action });
  });

  it.each<[EventAction, string, boolean, number]>([
    ['destroy', 'destroy', false, 0],
    ['restart', 'destroy', true, 0],
    ['rename-restart', 'rename', true, 0],
    ['preserve', 'preserve', false, 0],
    ['coredump-destroy', 'destroy', false, 0],
    ['coredump-restart', 'destroy', true, 0],
    ['soft-reset', 'destroy', true, 1],
  ])('%s: the dead domain %s, restart %s, notes %i', (action, dead, restart, notes) => {
    const plan = planExit(crash, config({ onCrash: action }), false);
    expect(plan).toMatchObject({ dead, restart });
    expect(plan.notes).toHaveLength(notes);
  });

  it('resets a domain softly whose machine still stands', () => {
    const plan = planExit(crash, config({ onCrash: 'soft-reset' }), true);
    expect(plan).toMatchObject({ dead: 'reset', restart: true, notes: [] });
  });

  it('names a dead domain by the minute, in UTC', () => {
    expect(deadName('web', Date.UTC(2026, 0, 31, 9, 5, 59))).toBe('web-20260131T0905Z');
  });
});

describe('a restart loop', () => {
  it('is ended after three restarts in a row', () => {
    const guard = new RestartGuard();
    expect([1, 2, 3, 4, 5].map(() => guard.allow(9_999))).toEqual([true, true, true, false, false]);
  });

  it('is none when a run lasted ten seconds', () => {
    const guard = new RestartGuard();
    const runs = [100, 100, 100, 10_000, 100, 100, 100, 100];
    expect(runs.map((ms) => guard.allow(ms))).toEqual([true, true, true, true, true, true, true, false]);
  });

  it('is forgotten when a person starts the domain', () => {
    const guard = new RestartGuard();
    for (let i = 0; i < 4; i += 1) guard.allow(1);
    guard.reset();
    expect(guard.allow(1)).toBe(true);
  });
});
