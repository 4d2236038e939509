import { describe, expect, it } from 'vitest';
import type { Dom0Tools } from '../../../engine/host/dom0.ts';
import { failure, type Trial } from './trial.ts';

/** What a file may say, and what its words do (xl.cfg(5)). */
export function configurationCases(trial: Trial): void {
  const { row, away, on, freshName } = trial;

  /** The file of a guest that boots, with lines more. */
  async function text(name: string, ...more: readonly string[]): Promise<string> {
    const { world } = trial;
    return [await world.host.preview(world.draft(name)), ...more, ''].join('\n');
  }
  const define = async (name: string, ...more: readonly string[]): Promise<string> => {
    const written = await text(name, ...more);
    return (await on((host, op) => host.define(written, op))).domain;
  };

  describe('takes a configuration', () => {
    it('with comments, both quotes, several words in a line and lists that end in a comma', async () => {
      const name = freshName();
      const id = await define(
        name,
        '# A comment; "not" a setting',
        "on_crash='preserve' # why not",
        'maxmem = 160; cpu_weight = 0x200',
        'cap = 40',
        'vcpus=1',
      );
      await on((host, op) => host.start(id, { paused: true }, op));
      const dom0 = trial.world.host.dom0 as Dom0Tools;
      const { domains } = await trial.world.settle(dom0.schedulerView());
      expect(domains.find((each) => each.id === id)).toMatchObject({ name, weight: 512, cap: 40 });
      expect(row(id)).toMatchObject({ onCrash: 'preserve', state: 'paused' });
      await away(id);
    });

    it.each([
      ['a list without an end', 'vif = [ "bridge=xenbr0"'],
      ['a mode that there is not', 'tsc_mode = "fast"'],
      ['an action that there is not', 'on_crash = "cry"'],
      ['a disk that cannot be one', 'disk = [ "/x.img,nosuchformat,xvdb,w" ]'],
    ])('but not %s, with the reason, leaving nothing behind', async (_, line) => {
      const name = freshName();
      const error = await failure(define(name, line));
      expect(error.code).toBe('ERROR_INVAL');
      expect(error.message).not.toBe('');
      expect(trial.world.host.domains().some((domain) => domain.name === name)).toBe(false);
    });
  });

  describe('does what a file says of a crash:', () => {
    it('preserve keeps what is left of the guest until it is forced off', async () => {
      const id = await define(freshName(), 'on_crash = "preserve"');
      await on((host, op) => host.start(id, { paused: false }, op));
      await trial.world.ready(id);
      await trial.world.end(id, 'crash');
      await trial.world.until(() => row(id).state === 'crashed', 'the crash to be seen');
      expect(row(id).domid).not.toBeNull();
      await on((host, op) => host.destroy(id, op));
      expect(row(id)).toMatchObject({ state: 'off', domid: null });
      await away(id);
    });

    it('restart gives it a new domid', async () => {
      const id = await define(freshName(), 'on_crash = "restart"');
      await on((host, op) => host.start(id, { paused: false }, op));
      const before = row(id).domid ?? 0;
      await trial.world.ready(id);
      await trial.world.end(id, 'crash');
      await trial.world.until(() => (row(id).domid ?? 0) > before, 'the new run');
      expect(row(id).lastExit?.reason).toBe('crash');
      await away(id);
    });
  });
}
