import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  dom0Uuid,
  domainDraft,
  domainInfo,
  type DomainDraft,
  type DomainInfo,
  DomusError,
  type ErrorCode,
  history,
  hostInfo,
  hostSamples,
  networkInventory,
  storageInventory,
} from '../../engine/api/index.ts';
import type { Host } from '../../engine/host/host.ts';
import type { RecordingOperation, RecordingSink } from '../support/recording-sink.ts';

/** A host to be tried, and what a test needs to be a world around it. */
export interface HostUnderTest {
  readonly host: Host;
  readonly sink: RecordingSink;
  readonly op: () => RecordingOperation;
  /** A guest that boots to a shell on its serial console and powers off when its power button is pressed. */
  draft(name: string): DomainDraft;
  /** Waits until the guest's shell is there and the guest listens to its power button. */
  ready(domain: string): Promise<void>;
  /** Makes the running guest stop by itself. */
  end(domain: string, how: 'poweroff' | 'reboot' | 'crash'): Promise<void>;
  /** Makes the running guest deaf to its power button; absent: not to be had here. */
  deafen?(domain: string): Promise<void>;
  /** Waits, as long as it may reasonably take, until something is so. */
  until(condition: () => boolean, what?: string): Promise<void>;
  /** Waits for a call, letting time pass where it has to be let. */
  readonly settle: <T>(call: Promise<T>) => Promise<T>;
  close(): Promise<void>;
}

/** The failure of a call, which must be a DomusError. */
export async function failure(call: Promise<unknown>): Promise<DomusError> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(DomusError);
  return error as DomusError;
}

/** What every Host does, whichever world is behind it. */
export function hostSuite(name: string, open: () => Promise<HostUnderTest>): void {
  describe(`${name} as a Host`, () => {
    let it_: HostUnderTest;
    let count = 0;
    beforeAll(async () => {
      it_ = await open();
    });
    afterAll(() => it_.close());

    const row = (id: string): DomainInfo => {
      const found = it_.host.domains().find((domain) => domain.id === id);
      if (!found) throw new Error(`No domain ${id}`);
      return found;
    };
    const freshName = (): string => `guest-${(count += 1)}`;
    const create = async (options = { start: true, paused: false }, guest = freshName()): Promise<string> => {
      const { host, op, settle } = it_;
      return (await settle(host.create(it_.draft(guest), options, op()))).domain;
    };
    const away = async (id: string): Promise<void> => {
      const { host, settle } = it_;
      if (row(id).domid !== null) await settle(host.destroy(id, it_.op()));
      await settle(host.remove(id, it_.op()));
    };
    const on = <T>(call: (host: Host, op: RecordingOperation) => Promise<T>): Promise<T> =>
      it_.settle(call(it_.host, it_.op()));

    describe('reports', () => {
      it('itself and Domain-0', () => {
        const info = hostInfo.parse(it_.host.info());
        expect(info).toMatchObject({ id: it_.host.id, state: 'online' });
        expect(info.memoryFreeKiB).toBeLessThanOrEqual(info.memoryTotalKiB - info.memoryDom0KiB);
        expect(row(dom0Uuid)).toMatchObject({
          name: 'Domain-0',
          domid: 0,
          state: 'running',
          letters: 'r-----',
        });
      });

      it('to its sink what it answers when asked', async () => {
        const id = await create({ start: false, paused: false });
        expect(it_.sink.domains.get(id)).toEqual(row(id));
        expect(it_.sink.hostInfo).toEqual(it_.host.info());
        await away(id);
        expect(it_.sink.domains.has(id)).toBe(false);
      });
    });

    describe('creates a domain', () => {
      it('that is only defined when it is not to be started', async () => {
        const id = await create({ start: false, paused: false });
        expect(domainInfo.parse(row(id))).toMatchObject({
          state: 'off',
          domid: null,
          letters: '------',
          memoryKiB: 0,
        });
        const { path, text } = await it_.host.configText(id);
        expect(path).toBe(row(id).configPath);
        expect(text).toContain(`name = "${row(id).name}"`);
        await away(id);
      });

      it('with the text it showed before', async () => {
        const draft = it_.draft(freshName());
        const shown = await it_.host.preview(draft);
        expect(await it_.host.preview(draft)).toBe(shown);
        const { domain } = await on((host, op) => host.create(draft, { start: false, paused: false }, op));
        expect((await it_.host.configText(domain)).text).toBe(shown);
        await away(domain);
      });

      it('that waits before its first instruction when started paused', async () => {
        const id = await create({ start: true, paused: true });
        expect(row(id)).toMatchObject({ state: 'paused', letters: '--p---' });
        expect(row(id).memoryKiB).toBeGreaterThan(0);
        await on((host, op) => host.unpause(id, op));
        expect(['running', 'blocked']).toContain(row(id).state);
        await away(id);
      });

      it('and says early which one the operation is about', async () => {
        const op = it_.op();
        const { domain } = await it_.settle(
          it_.host.create(it_.draft(freshName()), { start: false, paused: false }, op),
        );
        expect(op.domain).toBe(domain);
        await away(domain);
      });
    });

    describe('runs a domain', () => {
      it('from start to power off, with a growing domid each time', async () => {
        const id = await create();
        const first = row(id).domid ?? 0;
        expect(first).toBeGreaterThan(0);
        await it_.ready(id);
        await on((host, op) => host.shutdown(id, op));
        expect(row(id)).toMatchObject({ state: 'off', domid: null, startedAt: null, operation: null });
        expect(row(id).lastExit?.reason).toBe('poweroff');
        await on((host, op) => host.start(id, { paused: false }, op));
        expect(row(id).domid).toBeGreaterThan(first);
        await away(id);
      });

      it('paused and on again', async () => {
        const id = await create();
        await on((host, op) => host.pause(id, op));
        expect(row(id)).toMatchObject({ state: 'paused', letters: '--p---', operation: null });
        await on((host, op) => host.unpause(id, op));
        expect(['running', 'blocked']).toContain(row(id).state);
        await away(id);
      });

      it('that a reboot gives a new domid, with its console going on', async () => {
        const id = await create();
        const before = row(id).domid ?? 0;
        const heard = await listen(id);
        await it_.ready(id);
        await on((host, op) => host.reboot(id, op));
        expect(row(id).domid).toBeGreaterThan(before);
        await it_.until(() => heard.events.includes('restarted'), 'the console to say restarted');
        expect(heard.events).toEqual(['attached', 'ended', 'restarted']);
        await away(id);
      });

      it('that reboots itself and is started again', async () => {
        const id = await create();
        const before = row(id).domid ?? 0;
        await it_.ready(id);
        await it_.end(id, 'reboot');
        await it_.until(() => (row(id).domid ?? 0) > before, 'the new incarnation');
        expect(row(id).lastExit?.reason).toBe('reboot');
        await away(id);
      });

      it('that powers itself off and stays off', async () => {
        const id = await create();
        await it_.ready(id);
        await it_.end(id, 'poweroff');
        await it_.until(() => row(id).state === 'off' && row(id).operation === null, 'off');
        expect(row(id).lastExit?.reason).toBe('poweroff');
        await away(id);
      });

      it('until it is forced off', async () => {
        const id = await create();
        await on((host, op) => host.destroy(id, op));
        expect(row(id)).toMatchObject({ state: 'off', domid: null, lastExit: { reason: 'destroyed' } });
        await away(id);
      });

      it('and gives its memory back afterwards', async () => {
        const free = it_.host.info().memoryFreeKiB;
        const id = await create();
        expect(it_.host.info().memoryFreeKiB).toBeLessThan(free);
        await on((host, op) => host.destroy(id, op));
        expect(it_.host.info().memoryFreeKiB).toBe(free);
        await away(id);
      });
    });

    describe('has a serial console', () => {
      it('that is heard and hears', async () => {
        const id = await create();
        const heard = await listen(id);
        await it_.ready(id);
        heard.stream.write(new TextEncoder().encode('echo marker-$((40+2))\n'));
        await it_.until(() => /marker-/.test(heard.text()), 'the echo');
        await away(id);
      });

      it('whose past a later reader gets too', async () => {
        const id = await create();
        await it_.ready(id);
        const late = await listen(id);
        expect(late.text()).not.toBe('');
        await away(id);
      });

      it('on an off domain that says so and comes alive with it', async () => {
        const id = await create({ start: false, paused: false });
        const heard = await listen(id);
        expect(heard.events).toEqual(['ended']);
        expect(heard.stream.write(new Uint8Array([10]))).toBe(0);
        await on((host, op) => host.start(id, { paused: false }, op));
        await it_.until(() => heard.text() !== '', 'output');
        expect(heard.events).toEqual(['ended', 'attached']);
        await away(id);
      });

      it('only with the ports it has', async () => {
        const id = await create({ start: false, paused: false });
        for (const port of [-1, 1.5, 3]) {
          expect((await failure(it_.host.openSerial(id, port))).code).toBe('ERROR_INVAL');
        }
        await away(id);
      });
    });

    describe('measures', () => {
      it('running domains each second, and keeps histories', async () => {
        const id = await create();
        await it_.until(() => it_.sink.newest?.domains[id] !== undefined, 'a sample');
        const newest = hostSamples.parse(it_.sink.newest);
        expect(newest.domains[id]?.memoryKiB).toBeGreaterThan(0);
        const own = history.parse(await it_.host.history(id, '5m'));
        expect(own.memoryKiB.some((value) => value !== null)).toBe(true);
        for (const range of ['5m', '1h', '24h'] as const) {
          for (const whose of [null, dom0Uuid]) {
            const columns = history.parse(await it_.host.history(whose, range));
            expect(columns.cpuPercent).toHaveLength(columns.at.length);
          }
        }
        await away(id);
        expect((await failure(it_.host.history(id, '5m'))).code).toBe('ERROR_DOMAIN_NOTFOUND');
      });
    });

    describe('lists', () => {
      it('the bridge that a card is at and the pool that a disk is in, with the domain they are of', async () => {
        const name = freshName();
        const path = `/var/lib/xen/${name}.img`;
        const blank = { vdev: 'xvdb', path, origin: { kind: 'blank', sizeMiB: 2 } };
        const draft = domainDraft.parse({ ...it_.draft(name), nics: [{ bridge: 'xenbr0' }], disks: [blank] });
        const { domain } = await on((host, op) => host.create(draft, { start: true, paused: true }, op));
        const { bridges } = networkInventory.parse(await on((host) => host.inventory!.networks()));
        const port = bridges
          .find((bridge) => bridge.name === 'xenbr0')
          ?.ports.find(({ owner }) => owner?.domain === domain);
        expect(port).toMatchObject({ owner: { name, domid: row(domain).domid, devid: 0 } });
        await on((host, op) => host.destroy(domain, op));
        const { pools } = storageInventory.parse(await on((host) => host.inventory!.storage()));
        const pool = pools.find((each) => each.path === '/var/lib/xen');
        expect(pool?.freeBytes).toBeGreaterThan(0);
        expect(pool?.volumes.find((volume) => volume.path === path)).toMatchObject({
          kind: 'file',
          bytes: 2 * 2 ** 20,
          users: [{ domain, name, vdev: 'xvdb', readOnly: false }],
        });
        await on((host, op) => host.remove(domain, op, [path]));
      });
    });

    describe('deletes a definition', () => {
      it('returning the text that puts it back', async () => {
        const id = await create({ start: false, paused: false });
        const { text } = await on((host, op) => host.remove(id, op));
        expect(it_.host.domains().some((domain) => domain.id === id)).toBe(false);
        const { domain } = await on((host, op) => host.define(text, op));
        expect(domain).toBe(id);
        expect((await it_.host.configText(id)).text).toBe(text);
        await away(id);
      });
    });

    describe('refuses, with a code and a sentence,', () => {
      type Step = (host: Host, id: string, op: RecordingOperation) => Promise<unknown>;
      const whenOff: readonly [string, ErrorCode, Step][] = [
        ['to pause', 'ERROR_INVAL', (host, id, op) => host.pause(id, op)],
        ['to unpause', 'ERROR_INVAL', (host, id, op) => host.unpause(id, op)],
        ['to shut down', 'ERROR_INVAL', (host, id, op) => host.shutdown(id, op)],
        ['to reboot', 'ERROR_INVAL', (host, id, op) => host.reboot(id, op)],
        ['to force off', 'ERROR_INVAL', (host, id, op) => host.destroy(id, op)],
      ];
      const whenPaused: typeof whenOff = [
        ['to start', 'ERROR_INVAL', (host, id, op) => host.start(id, { paused: false }, op)],
        ['to pause again', 'ERROR_INVAL', (host, id, op) => host.pause(id, op)],
        ['to shut down', 'ERROR_INVAL', (host, id, op) => host.shutdown(id, op)],
        ['to reboot', 'ERROR_INVAL', (host, id, op) => host.reboot(id, op)],
        ['to delete', 'ERROR_INVAL', (host, id, op) => host.remove(id, op)],
      ];
      const expectRefused = async (steps: typeof whenOff, id: string): Promise<void> => {
        const before = row(id);
        for (const [what, code, step] of steps) {
          const error = await failure(on((host, op) => step(host, id, op)));
          expect([what, error.code]).toEqual([what, code]);
          expect(error.message).toContain(before.name);
        }
        expect({ ...row(id), state: '', letters: '' }).toEqual({ ...before, state: '', letters: '' });
      };

      it('what cannot be done to a domain that is off', async () => {
        const id = await create({ start: false, paused: false });
        await expectRefused(whenOff, id);
        await away(id);
      });

      it('what cannot be done to a paused one', async () => {
        const id = await create({ start: true, paused: true });
        await expectRefused(whenPaused, id);
        await away(id);
      });

      it('everything for an unknown domain, and for Domain-0', async () => {
        for (const [, , step] of [...whenOff, ...whenPaused]) {
          const unknown = await failure(on((host, op) => step(host, 'no-such-domain', op)));
          expect(unknown.code).toBe('ERROR_DOMAIN_NOTFOUND');
          const dom0 = await failure(on((host, op) => step(host, dom0Uuid, op)));
          expect(dom0.code).toBe('ERROR_INVAL');
        }
      });

      it('a name that is taken', async () => {
        const id = await create({ start: false, paused: false });
        const again = await failure(create({ start: false, paused: false }, row(id).name));
        expect(again).toMatchObject({ code: 'ERROR_DEVICE_EXISTS', field: 'name' });
        await away(id);
      });

      it('a second operation while one is in progress', async () => {
        const id = await create({ start: false, paused: false });
        const starting = it_.host.start(id, { paused: true }, it_.op());
        const second = await failure(it_.host.start(id, { paused: true }, it_.op()));
        expect(second.code).toBe('ERROR_LOCK_FAIL');
        expect(second.message).toContain('is being started');
        await it_.settle(starting);
        await away(id);
      });

      it('more memory than there is, with the figures, leaving nothing behind', async () => {
        const free = it_.host.info().memoryFreeKiB;
        const name = freshName();
        const memoryMiB = 2047;
        const ids: string[] = [];
        let error: DomusError | null = null;
        while (!error) {
          const draft = { ...it_.draft(`${name}-${ids.length}`), memoryMiB };
          const made = it_.settle(it_.host.create(draft, { start: true, paused: true }, it_.op()));
          error = await made.then(
            ({ domain }) => (ids.push(domain), null),
            (reason: unknown) => reason as DomusError,
          );
        }
        expect(error).toMatchObject({ code: 'ERROR_NOMEM', field: 'memory' });
        expect(error.message).toMatch(/needs [\d.]+ MiB.*only [\d.]+ MiB are free/);
        expect(error.fix).toBeTruthy();
        expect(it_.host.domains().some((domain) => domain.name === `${name}-${ids.length}`)).toBe(false);
        for (const id of ids) await away(id);
        expect(it_.host.info().memoryFreeKiB).toBe(free);
      });

      it.each([
        ['source.kernel', { kind: 'kernel', kernel: '/no/such/kernel', cmdline: '' }],
        ['source.disk', { kind: 'disk', disk: '/no/such/disk.img' }],
        ['source.iso', { kind: 'iso', iso: '/no/such/cd.iso' }],
        ['source.image', { kind: 'image', image: 'no-such-image' }],
      ] as const)('a file that is not there, naming the field %s', async (field, source) => {
        const type = source.kind === 'iso' ? 'hvm' : it_.draft('any').type;
        const draft = domainDraft.parse({ ...it_.draft(freshName()), type, source });
        const error = await failure(on((host, op) => host.create(draft, { start: true, paused: false }, op)));
        expect(error).toMatchObject({ code: 'ERROR_NOTFOUND', field });
        expect(it_.host.domains().some((domain) => domain.name === draft.name)).toBe(false);
      });
    });

    describe('when a guest does not listen', () => {
      it('gives up the shutdown after a minute, says so, and can still force it off', async () => {
        if (!it_.deafen) return;
        const id = await create();
        await it_.ready(id);
        await it_.deafen(id);
        const error = await failure(on((host, op) => host.shutdown(id, op)));
        expect(error.code).toBe('ERROR_GUEST_TIMEDOUT');
        expect(error.fix).toContain('Force off');
        expect(row(id)).toMatchObject({ operation: null });
        expect(row(id).domid).not.toBeNull();
        await away(id);
      });

      it('lets the shutdown be cancelled, and force off win over it', async () => {
        if (!it_.deafen) return;
        const id = await create();
        await it_.ready(id);
        await it_.deafen(id);
        const op = it_.op();
        const first = failure(it_.host.shutdown(id, op));
        op.abort.abort(new DomusError('ERROR_ABORTED', 'cancelled'));
        expect((await it_.settle(first)).code).toBe('ERROR_ABORTED');
        const second = failure(it_.host.shutdown(id, it_.op()));
        await on((host, destroyOp) => host.destroy(id, destroyOp));
        expect((await second).code).toBe('ERROR_ABORTED');
        expect(row(id).state).toBe('off');
        await away(id);
      });
    });

    interface Heard {
      readonly stream: Awaited<ReturnType<Host['openSerial']>>;
      readonly events: string[];
      text(): string;
    }

    async function listen(id: string): Promise<Heard> {
      const stream = await it_.host.openSerial(id, 0);
      const events: string[] = [];
      let text = '';
      stream.onEvent((event) => events.push(event));
      stream.onData((bytes) => {
        text += new TextDecoder().decode(bytes);
        stream.credit(bytes.length);
      });
      stream.credit(64 * 1024);
      return { stream, events, text: () => text };
    }
  });
}
