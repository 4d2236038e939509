import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, describe, expect, it } from 'vitest';
import type { DomainInfo } from '../../../../engine/api/domain.ts';
import { reportEnds } from '../../../../renderer/store/domain-ends.ts';
import { useNoticeStore } from '../../../../renderer/store/notice.store.ts';
import { aDomain, running } from '../samples.ts';

beforeEach(() => setActivePinia(createPinia()));

type Reason = NonNullable<DomainInfo['lastExit']>['reason'];
const ended = (reason: Reason, at: number): Partial<DomainInfo> => ({
  lastExit: { at, reason, detail: 'It was so.' },
});
const said = (): string[] => useNoticeStore().list.map(({ title, detail }) => `${title}: ${detail}`);

describe('a domain that ends', () => {
  it.each<[Reason, string[]]>([
    ['crash', ['web has crashed: It was so.']],
    ['watchdog', ['web was stopped by its watchdog: It was so.']],
    ['poweroff', []],
    ['soft-reset', []],
  ])('by %s is told of once, also when it runs again', (reason, expected) => {
    const before = aDomain('web', running(1));
    const after = aDomain('web', { ...running(2), ...ended(reason, 5) });
    reportEnds(before, after);
    reportEnds(after, { ...after, memoryKiB: 1 });
    expect(said()).toEqual(expected);
  });

  it('and was not known before is no news', () => {
    reportEnds(null, aDomain('web', ended('watchdog', 5)));
    expect(said()).toEqual([]);
  });

  it('crashed and is left so is told of once, whatever comes first', () => {
    const before = aDomain('web', running(1));
    const crashed = aDomain('web', { ...running(1), state: 'crashed' });
    reportEnds(before, crashed);
    reportEnds(crashed, { ...crashed, ...ended('crash', 5) });
    expect(said()).toEqual(['web has crashed: The guest stopped by itself.']);
  });
});
