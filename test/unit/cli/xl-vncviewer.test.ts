import { describe, expect, it } from 'vitest';
import { newLab, refusal, runInLab } from '../../support/xl-lab.ts';

function labWithDoor(more: Record<string, string> = {}) {
  const lab = newLab();
  lab.store.set('/local/domain/1/console', { 'vnc-listen': '127.0.0.1', 'vnc-port': '5903', ...more });
  return lab;
}

describe('xl vncviewer', () => {
  it('has an open window show the screen, and says nothing', async () => {
    const seen: unknown[] = [];
    const show = (input: unknown): unknown => {
      seen.push(input);
      return { shown: true };
    };
    const ran = await runInLab(labWithDoor(), ['vncviewer', 'pv1'], { 'display/show': show });
    expect(ran).toEqual({ rc: 0, out: '', err: '' });
    expect(seen).toEqual([{ host: 'local', domain: 'id-1' }]);
  });

  it('says where viewers come in when no window is open', async () => {
    const answers = { 'display/show': () => ({ shown: false }) };
    const open = await runInLab(labWithDoor(), ['vncviewer', '-a', '1'], answers);
    expect(open).toMatchObject({ rc: 1, out: '' });
    expect(open.err).toBe(
      'No window of Domus is open to show the screen. A VNC viewer comes in with\n  vncviewer 127.0.0.1:3\n',
    );
    const locked = await runInLab(labWithDoor({ 'vnc-pass': 'x' }), ['vncviewer', '1'], answers);
    expect(locked.err).toContain('xenstore-read /local/domain/1/console/vnc-pass\n');
    expect(locked.err).not.toContain(' x\n');
  });

  it('fails as libxl does without VNC and without a window, and for what has no screen', async () => {
    const fails = (words: string[], show: () => unknown) =>
      expect(runInLab(newLab(), ['vncviewer', ...words], { 'display/show': show })).resolves;
    const noPort = (domid: number) => ({
      rc: 1,
      out: '',
      err: `libxl: error: Domain ${domid}:Cannot get vnc-port\n`,
    });
    await fails(['1'], () => ({ shown: false })).toEqual(noPort(1));
    await fails(['77'], () => ({ shown: true })).toEqual(noPort(77));
    await fails(['pv1'], () => {
      throw refusal('This host has no graphical consoles.', 'ERROR_NI');
    }).toEqual(noPort(1));
  });
});
