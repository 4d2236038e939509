import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { HostDraft } from '../../engine/api/index.ts';
import { type RealLab, startRealLab } from '../support/real-lab.ts';
import { type XenHostHarness, xenHostHarness } from '../support/xen-host-harness.ts';

/** A user who is not root and has sudo, with the ways in which sudo may be set up. */

let lab: RealLab;
let harness: XenHostHarness | null = null;
beforeAll(async () => {
  lab = await startRealLab();
  await lab.dom0('rm -f /etc/sudoers.d/admin');
});
afterEach(async () => {
  await harness?.close();
  harness = null;
  await lab.dom0('rm -f /etc/sudoers.d/admin');
});
afterAll(() => lab?.dispose());

const admin = (): HostDraft => ({ ...lab.draft, user: 'admin', sudo: true });
/** Lines of /etc/sudoers.d/admin. */
const sudoers = (text: string): Promise<string> => lab.dom0(`printf '%s\\n' '${text}' >/etc/sudoers.d/admin`);
const connection = () => harness?.host.info().connection;
const settled = (): boolean => !['connecting', 'disconnected'].includes(connection()?.state ?? 'connecting');

async function connect(): Promise<void> {
  harness = await xenHostHarness(admin());
  harness.host.link?.connect();
  await harness.until(settled, 'the connection');
}
async function answer(password: string): Promise<void> {
  const { prompt } = connection() ?? {};
  await harness?.host.link?.answer(prompt?.id ?? '', { accept: true, values: [password], remember: false });
  await harness?.until(() => settled() && connection()?.prompt?.id !== prompt?.id, 'the next state');
}

describe('a user with sudo', () => {
  it('is asked for the password until it is right, and then sees and does everything', async () => {
    await connect();
    expect(connection()?.prompt).toMatchObject({
      kind: 'sudo',
      message: expect.stringMatching(/admin@127/) as unknown,
    });
    await answer('wrong');
    expect(connection()?.prompt?.message).toMatch(/did not take that password/);
    await answer('admin');
    expect(connection()?.state).toBe('connected');
    expect(harness?.host.domains().map(({ name }) => name)).toContain('hvm1');
    await harness?.until(() => harness?.sink.newest !== undefined, 'figures');
    const hvm1 = harness?.host.domains().find(({ name }) => name === 'hvm1')?.id ?? '';
    expect((await harness?.host.configText(hvm1))?.text).toMatch(/^name = "hvm1"/m);
    expect((await harness?.host.dom0?.xenstoreNode('/local/domain/0'))?.children.length).toBeGreaterThan(3);
  });

  it('who needs no password and whose commands sudo runs on a terminal of its own is let in, and leaves nothing there', async () => {
    await sudoers('Defaults:admin use_pty, lecture=always\nadmin ALL=(ALL) NOPASSWD: ALL');
    const left = 'ps -e -o args= | grep -c "^xenstore-watch" || true';
    const before = await lab.dom0(left);
    await connect();
    expect(connection()).toMatchObject({ state: 'connected', error: null });
    const gone = new AbortController();
    const watching = harness?.host.dom0?.xenstoreChanges('/tool', 0, gone.signal).catch(() => undefined);
    await lab.dom0(`until ps -e -o args= | grep -q "^xenstore-watch /tool"; do sleep 1; done`);
    gone.abort();
    await watching;
    await harness?.close();
    expect(await lab.dom0(`sleep 3; ${left}`)).toBe(before);
  });

  it.each([
    ['who may not use it', '', /may not use sudo/],
    ['whose sudo insists on a terminal', 'Defaults:admin requiretty', /insists on a terminal/],
  ])('%s is told so, with what to do about it', async (_what, text, reason) => {
    if (text === '') await lab.dom0("sed -i 's/^sudo:x:27:admin/sudo:x:27:/' /etc/group");
    else await sudoers(text);
    try {
      await connect();
      if (connection()?.prompt) await answer('admin');
      expect(connection()).toMatchObject({
        state: 'failed',
        error: {
          message: expect.stringMatching(reason) as unknown,
          fix: expect.stringMatching(/As root/) as unknown,
        },
      });
    } finally {
      await lab.dom0("sed -i 's/^sudo:x:27:$/sudo:x:27:admin/' /etc/group");
    }
  });
});
