import { describe, expect, it } from 'vitest';
import type { StateChanges } from '../../../engine/api/index.ts';
import { ManualClock } from '../../../engine/lib/clock.ts';
import { StateStore } from '../../../engine/service/state-store.ts';
import { domainInfo, hostInfo } from '../../support/memory-host.ts';

function setUp(maxTombstones = 1000) {
  const clock = new ManualClock();
  const store = new StateStore({ epoch: 'e1', clock, maxTombstones });
  /** Lets what was gathered go out. */
  const publish = (): void => clock.advance(10);
  return { clock, store, publish };
}

const start = { epoch: 'e1', seq: 0 };
const keysOf = (changes: StateChanges): string[] =>
  changes.resync ? ['resync'] : changes.changed.map(({ key }) => key);

describe('StateStore', () => {
  it('answers at once when something is newer than the cursor', async () => {
    const { store, publish } = setUp();
    store.host(hostInfo());
    store.domain(domainInfo('a'));
    publish();
    expect(keysOf(await store.changes(start))).toEqual(['local', 'local/a']);
  });

  it('gathers changes that come together into one answer', async () => {
    const { store, clock } = setUp();
    const answer = store.changes(start);
    store.domain(domainInfo('a'));
    clock.advance(5);
    store.domain(domainInfo('b'));
    clock.advance(5);
    expect(keysOf(await answer)).toEqual(['local/a', 'local/b']);
  });

  it('takes the same value twice for no change', async () => {
    const { store, publish } = setUp();
    store.domain(domainInfo('a'));
    publish();
    const { cursor } = store.snapshot();
    store.domain(domainInfo('a'));
    expect(store.snapshot().cursor).toEqual(cursor);
  });

  it('answers with nothing and the same cursor when nothing happens for 30 s', async () => {
    const { store, clock } = setUp();
    const answer = store.changes(start);
    clock.advance(30_000);
    expect(await answer).toEqual({ resync: false, cursor: start, changed: [], removed: [] });
    expect(clock.pending).toBe(0);
  });

  it('does not wake a reader that has seen what is published', async () => {
    const { store, publish } = setUp();
    store.domain(domainInfo('a'));
    const { cursor } = store.snapshot();
    const answer = store.changes(cursor);
    publish();
    store.domain(domainInfo('b'));
    publish();
    expect(keysOf(await answer)).toEqual(['local/b']);
  });

  it('stops waiting when aborted, with the reason given', async () => {
    const { store, clock } = setUp();
    const aborter = new AbortController();
    const answer = store.changes(start, aborter.signal);
    aborter.abort(new Error('gone'));
    await expect(answer).rejects.toThrow('gone');
    expect(clock.pending).toBe(0);
    await expect(store.changes(start, aborter.signal)).rejects.toThrow('gone');
  });

  it('tells removals, and forgets them when the object comes back', async () => {
    const { store, publish } = setUp();
    store.domain(domainInfo('a'));
    publish();
    const { cursor } = store.snapshot();
    store.domainRemoved('local', 'a');
    publish();
    const gone = await store.changes(cursor);
    expect(gone).toMatchObject({ changed: [], removed: [{ kind: 'domain', key: 'local/a' }] });
    store.domain(domainInfo('a'));
    publish();
    expect(await store.changes(cursor)).toMatchObject({ removed: [] });
  });

  it('removes domains and samples with their host, and no other host’s', () => {
    const { store } = setUp();
    store.host(hostInfo());
    store.domain(domainInfo('a'));
    store.domain(domainInfo('b', { host: 'other' }));
    store.hostRemoved('local');
    expect(store.snapshot().objects.map(({ key }) => key)).toEqual(['other/b']);
  });

  it.each([
    ['of another epoch', { epoch: 'e0', seq: 0 }],
    ['from the future', { epoch: 'e1', seq: 99 }],
  ])('tells a cursor %s to resync', async (_case, cursor) => {
    const { store } = setUp();
    expect(await store.changes(cursor)).toEqual({ resync: true });
  });

  it('tells a reader to resync when removals after its cursor are forgotten', async () => {
    const { store, publish } = setUp(2);
    for (const id of ['a', 'b', 'c', 'd']) store.domain(domainInfo(id));
    publish();
    const { cursor } = store.snapshot();
    for (const id of ['a', 'b', 'c']) store.domainRemoved('local', id);
    publish();
    expect(await store.changes(cursor)).toEqual({ resync: true });
    const later = { epoch: 'e1', seq: cursor.seq + 1 };
    expect(await store.changes(later)).toMatchObject({ resync: false });
  });
});
