import { describe, expect, it } from 'vitest';
import { startNeedKiB } from '../../../../engine/api/draft.ts';
import { memoryNeed } from '../../../../engine/hypervisor/index.ts';
import {
  fitSentence,
  type Room,
  wantedKiB,
  whyNoRoom,
} from '../../../../renderer/feature/create/memory-fit.ts';

const mib = (count: number): number => count * 1024;
const guest = { type: 'hvm', memoryMiB: 64, maxMemoryMiB: null, vcpus: 1 } as const;
const host = (free: number, kind: Room['kind'] = 'embedded'): Room => ({
  kind,
  memoryFreeKiB: mib(free),
  memoryTotalKiB: mib(1024),
});

describe('what has to be free for a start', () => {
  it.each([
    { ...guest, type: 'hvm' },
    { ...guest, type: 'pvh', memoryMiB: 100, maxMemoryMiB: 512 },
    { ...guest, type: 'pv', memoryMiB: 33, vcpus: 4 },
  ] as const)('is what the host reckons: %o', (wants) => {
    const need = memoryNeed({
      type: wants.type,
      targetKiB: mib(wants.memoryMiB),
      staticMaxKiB: mib(Math.max(wants.memoryMiB, wants.maxMemoryMiB ?? 0)),
      maxVcpus: wants.vcpus,
    });
    expect(startNeedKiB(wants)).toBe(need.totalKiB);
  });

  it('counts every copy', () => expect(wantedKiB(guest, 3)).toBe(3 * startNeedKiB(guest)));
});

describe('memory that does not fit', () => {
  it('is refused where the domain would be started, with what would fit', () => {
    expect(whyNoRoom(guest, 1, 'run', host(1000))).toBeNull();
    expect(whyNoRoom(guest, 1, 'run', host(60))).toBe(
      "60 MiB are free, and it takes 68 MiB. Give it at most 56 MiB, shut something down, or choose “Don't start” in the last step.",
    );
    expect(whyNoRoom(guest, 3, 'paused', host(100))).toMatch(
      /3 such domains take 204 MiB. Give each at most \d+ MiB/,
    );
    expect(whyNoRoom(guest, 1, 'run', host(4))).toMatch(/takes 68 MiB. Shut something down/);
  });

  it('offers exactly what can be started', () => {
    const [, most] = /at most (\d+) MiB/.exec(whyNoRoom(guest, 2, 'run', host(131)) ?? '') ?? [];
    const wants = (memoryMiB: number) => ({ ...guest, memoryMiB });
    expect(whyNoRoom(wants(Number(most)), 2, 'run', host(131))).toBeNull();
    expect(whyNoRoom(wants(Number(most) + 1), 2, 'run', host(131))).not.toBeNull();
  });

  it.each(['off', 'customise'] as const)('is no obstacle to a file alone: %s', (after) => {
    expect(whyNoRoom(guest, 1, after, host(8))).toBeNull();
    expect(fitSentence(wantedKiB(guest, 1), host(8), after)).toMatch(
      /the file is written, and a start is refused/,
    );
  });

  it('is for xl to say on a real host', () => {
    expect(whyNoRoom(guest, 1, 'run', host(8, 'xen'))).toBeNull();
    expect(fitSentence(wantedKiB(guest, 1), host(8, 'xen'), 'run')).toMatch(
      /unless it can take memory from Domain-0/,
    );
  });

  it('waits for a number', () => {
    expect(whyNoRoom({ ...guest, memoryMiB: NaN }, 1, 'run', host(8))).toBeNull();
    expect(fitSentence(NaN, host(8), 'run')).toBe('8 MiB of 1 GiB free.');
  });
});
