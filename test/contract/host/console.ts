import { describe, expect, it } from 'vitest';
import { failure, type Trial } from './trial.ts';

/** Serial consoles. */
export function consoleCases(trial: Trial): void {
  const { create, away, on, listen } = trial;

  describe('has a serial console', () => {
    it('that is heard and hears', async () => {
      const id = await create();
      const heard = await listen(id);
      await trial.world.ready(id);
      heard.stream.write(new TextEncoder().encode('echo marker-$((40+2))\n'));
      await trial.world.until(() => /marker-/.test(heard.text()), 'the echo');
      await away(id);
    });

    it('whose past a later reader gets too', async () => {
      const id = await create();
      await trial.world.ready(id);
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
      await trial.world.until(() => heard.text() !== '', 'output');
      expect(heard.events).toEqual(['ended', 'attached']);
      await away(id);
    });

    it('only with the ports it has', async () => {
      const id = await create({ start: false, paused: false });
      for (const port of [-1, 1.5, 3]) {
        expect((await failure(trial.world.host.openSerial(id, port))).code).toBe('ERROR_INVAL');
      }
      await away(id);
    });
  });
}
