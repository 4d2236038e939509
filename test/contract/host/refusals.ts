import { describe, expect, it } from 'vitest';
import { dom0Uuid, domainDraft, DomusError, type ErrorCode } from '../../../engine/api/index.ts';
import type { Host } from '../../../engine/host/host.ts';
import type { RecordingOperation } from '../../support/recording-sink.ts';
import { failure, type Trial } from './trial.ts';

/** Refusals: a code, a sentence, and nothing changed. */
export function refusalsCases(trial: Trial): void {
  const { row, create, away, on, freshName } = trial;

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
      const starting = trial.world.host.start(id, { paused: true }, trial.world.op());
      const second = await failure(trial.world.host.start(id, { paused: true }, trial.world.op()));
      expect(second.code).toBe('ERROR_LOCK_FAIL');
      expect(second.message).toContain('is being started');
      await trial.world.settle(starting);
      await away(id);
    });

    it('more memory than there is, with the figures, leaving nothing behind', async () => {
      const free = trial.world.host.info().memoryFreeKiB;
      const name = freshName();
      const memoryMiB = 2047;
      const ids: string[] = [];
      let error: DomusError | null = null;
      while (!error) {
        const draft = { ...trial.world.draft(`${name}-${ids.length}`), memoryMiB };
        const made = trial.world.settle(
          trial.world.host.create(draft, { start: true, paused: true }, trial.world.op()),
        );
        error = await made.then(
          ({ domain }) => (ids.push(domain), null),
          (reason: unknown) => reason as DomusError,
        );
      }
      expect(error).toMatchObject({ code: 'ERROR_NOMEM', field: 'memory' });
      expect(error.message).toMatch(/needs [\d.]+ MiB.*only [\d.]+ MiB are free/);
      expect(error.fix).toBeTruthy();
      expect(trial.world.host.domains().some((domain) => domain.name === `${name}-${ids.length}`)).toBe(
        false,
      );
      for (const id of ids) await away(id);
      expect(trial.world.host.info().memoryFreeKiB).toBe(free);
    });

    it.each([
      ['source.kernel', { kind: 'kernel', kernel: '/no/such/kernel', cmdline: '' }],
      ['source.disk', { kind: 'disk', disk: '/no/such/disk.img' }],
      ['source.iso', { kind: 'iso', iso: '/no/such/cd.iso' }],
      ['source.image', { kind: 'image', image: 'no-such-image' }],
    ] as const)('a file that is not there, naming the field %s', async (field, source) => {
      const type = source.kind === 'iso' ? 'hvm' : trial.world.draft('any').type;
      const draft = domainDraft.parse({ ...trial.world.draft(freshName()), type, source });
      const error = await failure(on((host, op) => host.create(draft, { start: true, paused: false }, op)));
      expect(error).toMatchObject({ code: 'ERROR_NOTFOUND', field });
      expect(trial.world.host.domains().some((domain) => domain.name === draft.name)).toBe(false);
    });
  });
}
