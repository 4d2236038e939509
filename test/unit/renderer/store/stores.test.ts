import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, describe, expect, it } from 'vitest';
import type { StateSnapshot } from '../../../../engine/api/state.ts';
import { useConnectionStore } from '../../../../renderer/store/connection.store.ts';
import { useDialogStore } from '../../../../renderer/store/dialog.store.ts';
import { useDomainStore } from '../../../../renderer/store/domain.store.ts';
import { useHostStore } from '../../../../renderer/store/host.store.ts';
import { useNoticeStore } from '../../../../renderer/store/notice.store.ts';
import { useSamplesStore } from '../../../../renderer/store/samples.store.ts';
import { storeSink } from '../../../../renderer/store/sync.ts';
import { useTaskStore } from '../../../../renderer/store/task.store.ts';
import { useThemeStore } from '../../../../renderer/store/theme.store.ts';
import { fakeDom0 } from '../../../support/fake-host.ts';
import { aDomain, aHost, aTask, running } from '../samples.ts';

beforeEach(() => setActivePinia(createPinia()));

const cursor = { epoch: 'e', seq: 1 };
const snapshot = (...objects: StateSnapshot['objects']): StateSnapshot => ({ cursor, objects });
const domainObject = (name: string, patch = {}) =>
  ({ kind: 'domain', key: `local/${name}`, value: aDomain(name, patch) }) as const;

describe('state from the engine', () => {
  it('replaces everything by a snapshot, then applies what changed and what is gone', () => {
    const sink = storeSink();
    sink.replace(
      snapshot({ kind: 'host', key: 'local', value: aHost() }, domainObject('web'), domainObject('db')),
    );
    sink.apply({
      resync: false,
      cursor,
      changed: [domainObject('web', running(3)), { kind: 'task', key: 't1', value: aTask('t1') }],
      removed: [{ kind: 'domain', key: 'local/db' }],
    });
    expect(useHostStore().list.map(({ id }) => id)).toEqual(['local']);
    expect([...useDomainStore().byKey.keys()]).toEqual(['local/web']);
    expect(useDomainStore().get('local', 'web')?.state).toBe('running');
    expect(useTaskStore().list.map(({ id }) => id)).toEqual(['t1']);

    sink.replace(snapshot(domainObject('new')));
    expect(useHostStore().list).toEqual([]);
    expect([...useDomainStore().byKey.keys()]).toEqual(['local/new']);
  });

  it('tells of a crash, once, when it happens and not when the window opens on it', () => {
    const sink = storeSink();
    const crashed = { state: 'crashed', lastExit: { at: 5, reason: 'crash', detail: 'Triple fault.' } };
    sink.replace(snapshot(domainObject('old', crashed), domainObject('web', running(3))));
    const change = { resync: false as const, cursor, removed: [], changed: [domainObject('web', crashed)] };
    sink.apply(change);
    sink.apply(change);
    expect(useNoticeStore().list.map(({ title, detail }) => ({ title, detail }))).toEqual([
      { title: 'web has crashed', detail: 'Triple fault.' },
    ]);
  });
});

describe('the connection', () => {
  it('is fresh after a snapshot, stale from the moment the line is lost', () => {
    const store = useConnectionStore();
    expect([store.loaded, store.online]).toEqual([false, false]);
    store.setStatus({ kind: 'online' });
    expect(store.online).toBe(false);
    store.synced();
    expect([store.loaded, store.online, store.staleSince]).toEqual([true, true, null]);
    store.setStatus({ kind: 'waiting', attempt: 1, retryAt: 0, reason: '' });
    expect([store.loaded, store.online]).toEqual([true, false]);
    expect(store.staleSince).not.toBeNull();
  });

  it('speaks of a recovered engine until the person has taken note of it', () => {
    const store = useConnectionStore();
    const engine = { version: '1', epoch: 'a', startedAt: 0, pid: 1, recovered: true, home: '/' };
    store.engine = engine;
    expect(store.recovered).toBe(true);
    store.acknowledge();
    expect(store.recovered).toBe(false);
    store.engine = { ...engine, epoch: 'b' };
    expect(store.recovered).toBe(true);
  });
});

describe('domains', () => {
  it('are sorted as a person sorts, Domain-0 first', () => {
    const store = useDomainStore();
    store.replace([aDomain('web-10'), aDomain('Alpha'), fakeDom0(), aDomain('web-2')]);
    expect(store.ofHost('local').map(({ name }) => name)).toEqual(['Domain-0', 'Alpha', 'web-2', 'web-10']);
  });

  it('show what was asked for until the answer is there, and then what the engine says', async () => {
    const store = useDomainStore();
    const web = aDomain('web');
    store.replace([web]);
    let finish = (): void => undefined;
    const work = store.during('local/web', 'starting', new Promise<void>((resolve) => (finish = resolve)));
    expect(store.operationOf(web)).toBe('starting');
    expect(store.operationOf({ ...web, operation: 'pausing' })).toBe('pausing');
    finish();
    await work;
    expect(store.operationOf(web)).toBeNull();
  });

  it('forget what was asked for when it failed', async () => {
    const store = useDomainStore();
    const work = store.during('local/web', 'starting', Promise.reject(new Error('no')));
    await expect(work).rejects.toThrow('no');
    expect(store.operationOf(aDomain('web'))).toBeNull();
  });
});

describe('tasks', () => {
  it('are listed newest first, and their commands beside the window’s own', () => {
    const store = useTaskStore();
    store.replace([
      aTask('a', { startedAt: 1, command: 'xl create /etc/xen/web.cfg' }),
      aTask('b', { startedAt: 2, status: 'running' }),
    ]);
    store.mirror('xl console web');
    expect(store.list.map(({ id }) => id)).toEqual(['b', 'a']);
    expect(store.running.map(({ id }) => id)).toEqual(['b']);
    expect(store.commands.map(({ line }) => line)).toEqual(['xl console web', 'xl create /etc/xen/web.cfg']);
  });
});

describe('samples', () => {
  const figures = { memoryKiB: 1, readBps: 0, writeBps: 0, rxBps: 0, txBps: 0, cpuSeconds: 0 };
  const put = (at: number, domains: Record<string, number>): void =>
    useSamplesStore().put({
      host: 'local',
      at,
      whole: { ...figures, cpuPercent: 50 },
      domains: Object.fromEntries(
        Object.entries(domains).map(([id, cpuPercent]) => [id, { ...figures, cpuPercent }]),
      ),
    });

  it('keep a minute of CPU per domain; a domain that is off leaves a gap, not a zero', () => {
    put(1000, { web: 10, db: 20 });
    put(2000, { web: 11 });
    put(3000, { web: 12, db: 22 });
    const store = useSamplesStore();
    expect(store.cpuSeries('local', 'web')).toEqual([10, 11, 12]);
    expect(store.cpuSeries('local', 'db')).toEqual([20, null, 22]);
    expect(store.latest('local', 'db')?.cpuPercent).toBe(22);
    expect(store.at('local')).toBe(3000);
  });

  it('show a pause of the samples themselves as a gap', () => {
    put(1000, { web: 1 });
    put(5000, { web: 2 });
    expect(useSamplesStore().cpuSeries('local', 'web')).toEqual([1, null, null, null, 2]);
  });

  it('are bounded, and ignore what is not newer', () => {
    for (let at = 1; at <= 200; at += 1) put(at * 1000, { web: at });
    put(200_000, { web: 999 });
    const values = useSamplesStore().cpuSeries('local', 'web');
    expect(values).toHaveLength(60);
    expect(values.at(-1)).toBe(200);
  });

  it('are continued to the left by the engine’s history', () => {
    put(10_000, { web: 3 });
    useSamplesStore().seed('local', 'web', { at: [8000, 9000, 10_000], cpuPercent: [1, null, 99] });
    expect(useSamplesStore().cpuSeries('local', 'web')).toEqual([1, null, 3]);
  });

  it('know nothing of a host that was never measured', () => {
    const store = useSamplesStore();
    expect(store.latest('other', 'web')).toBeNull();
    expect(store.cpuSeries('other', 'web')).toEqual([]);
    expect(store.at('other')).toBeNull();
  });
});

describe('notices', () => {
  it('wait in the list until they were seen, except successes', () => {
    const store = useNoticeStore();
    store.add({ kind: 'success', title: 'Copied' });
    const id = store.add({ kind: 'error', title: 'Start failed' });
    expect(store.toasts).toHaveLength(2);
    expect(store.unread).toBe(1);
    store.hide(id);
    expect(store.toasts.map(({ title }) => title)).toEqual(['Copied']);
    store.markRead();
    expect(store.unread).toBe(0);
    expect(store.list).toHaveLength(2);
  });

  it('are bounded', () => {
    const store = useNoticeStore();
    for (let i = 0; i < 500; i += 1) store.add({ kind: 'info', title: String(i) });
    expect(store.list.length).toBeLessThanOrEqual(50);
  });
});

describe('questions', () => {
  const question = { title: 'Force web off?', text: '', confirmLabel: 'Force off', command: null };

  it('resolve with the answer', async () => {
    const store = useDialogStore();
    const answer = store.confirm(question);
    store.settle(true);
    expect(await answer).toBe(true);
    expect(store.question).toBeNull();
  });

  it('are answered no when another one comes', async () => {
    const store = useDialogStore();
    const first = store.confirm(question);
    void store.confirm({ ...question, title: 'Another?' });
    expect(await first).toBe(false);
    expect(store.question?.title).toBe('Another?');
  });
});

describe('the theme', () => {
  it('follows the system until one is chosen, and tells the page and the shell', () => {
    const shown: string[] = [];
    const told: string[] = [];
    let changed = (): void => undefined;
    const systemDark = {
      matches: true,
      addEventListener: (_: 'change', fn: () => void) => void (changed = fn),
    };
    const store = useThemeStore();
    store.attach({ systemDark, show: (t) => void shown.push(t), tellShell: (t) => void told.push(t) });
    systemDark.matches = false;
    changed();
    store.theme = 'dark';
    expect(shown).toEqual(['dark', 'light', 'dark']);
    expect(told[0]).toBe('system');
  });
});
