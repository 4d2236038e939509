import { describe, expect, it } from 'vitest';
import { domainInfo, DomusError } from '../../../engine/api/index.ts';
import { failure, type Trial } from './trial.ts';

/** The life cycle. */
export function runningCases(trial: Trial): void {
  const { row, create, away, on, freshName, listen } = trial;

  describe('creates a domain', () => {
    it('that is only defined when it is not to be started', async () => {
      const id = await create({ start: false, paused: false });
      expect(domainInfo.parse(row(id))).toMatchObject({
        state: 'off',
        domid: null,
        letters: '------',
        memoryKiB: 0,
      });
      const { path, text } = await trial.world.host.configText(id);
      expect(path).toBe(row(id).configPath);
      expect(text).toContain(`name = "${row(id).name}"`);
      await away(id);
    });

    it('with the text it showed before', async () => {
      const draft = trial.world.draft(freshName());
      const shown = await trial.world.host.preview(draft);
      expect(await trial.world.host.preview(draft)).toBe(shown);
      const { domain } = await on((host, op) => host.create(draft, { start: false, paused: false }, op));
      expect((await trial.world.host.configText(domain)).text).toBe(shown);
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
      const op = trial.world.op();
      const { domain } = await trial.world.settle(
        trial.world.host.create(trial.world.draft(freshName()), { start: false, paused: false }, op),
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
      await trial.world.ready(id);
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
      await trial.world.ready(id);
      await on((host, op) => host.reboot(id, op));
      expect(row(id).domid).toBeGreaterThan(before);
      await trial.world.until(() => heard.events.includes('restarted'), 'the console to say restarted');
      expect(heard.events).toEqual(['attached', 'ended', 'restarted']);
      await away(id);
    });

    it('that reboots itself and is started again', async () => {
      const id = await create();
      const before = row(id).domid ?? 0;
      await trial.world.ready(id);
      await trial.world.end(id, 'reboot');
      await trial.world.until(() => (row(id).domid ?? 0) > before, 'the new incarnation');
      expect(row(id).lastExit?.reason).toBe('reboot');
      await away(id);
    });

    it('that powers itself off and stays off', async () => {
      const id = await create();
      await trial.world.ready(id);
      await trial.world.end(id, 'poweroff');
      await trial.world.until(() => row(id).state === 'off' && row(id).operation === null, 'off');
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
      const free = trial.world.host.info().memoryFreeKiB;
      const id = await create();
      expect(trial.world.host.info().memoryFreeKiB).toBeLessThan(free);
      await on((host, op) => host.destroy(id, op));
      expect(trial.world.host.info().memoryFreeKiB).toBe(free);
      await away(id);
    });
  });

  describe('when a guest does not listen', () => {
    it('gives up the shutdown after a minute, says so, and can still force it off', async () => {
      if (!trial.world.deafen) return;
      const id = await create();
      await trial.world.ready(id);
      await trial.world.deafen(id);
      const error = await failure(on((host, op) => host.shutdown(id, op)));
      expect(error.code).toBe('ERROR_GUEST_TIMEDOUT');
      expect(error.fix).toContain('Force off');
      expect(row(id)).toMatchObject({ operation: null });
      expect(row(id).domid).not.toBeNull();
      await away(id);
    });

    it('lets the shutdown be cancelled, and force off win over it', async () => {
      if (!trial.world.deafen) return;
      const id = await create();
      await trial.world.ready(id);
      await trial.world.deafen(id);
      const op = trial.world.op();
      const first = failure(trial.world.host.shutdown(id, op));
      op.abort.abort(new DomusError('ERROR_ABORTED', 'cancelled'));
      expect((await trial.world.settle(first)).code).toBe('ERROR_ABORTED');
      const second = failure(trial.world.host.shutdown(id, trial.world.op()));
      await on((host, destroyOp) => host.destroy(id, destroyOp));
      expect((await second).code).toBe('ERROR_ABORTED');
      expect(row(id).state).toBe('off');
      await away(id);
    });
  });
}
