import { lstat, mkdir, readdir, readFile, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { terminalEnvironment, wrapper } from '../../../../../engine/host/local/dom0/terminal.ts';
import { coreHeader } from '../../../../../engine/toolstack/core-dump.ts';
import { Dom0Harness } from '../../../../support/dom0-harness.ts';

let harness: Dom0Harness;
beforeEach(async () => {
  harness = await Dom0Harness.open();
});
afterEach(() => harness.close());

const state = (path: string): string => join(harness.local.stateDir, path);
const row = (id: string) => harness.local.host.domains().find((domain) => domain.id === id);

describe('trigger', () => {
  it('power presses the button', async () => {
    const id = await harness.run();
    await harness.tools.trigger(id, 'power', harness.op());
    await harness.local.until(() => row(id)?.state === 'off', 'power off');
  });

  it('reset makes the domain anew', async () => {
    const id = await harness.run();
    await harness.local.settle(harness.tools.trigger(id, 'reset', harness.op()));
    expect(row(id)?.domid).toBe(2);
  });

  it.each(['nmi', 'init', 'sleep', 's3resume'] as const)(
    '%s is refused in the words of libxl',
    async (name) => {
      const id = await harness.run();
      await expect(harness.tools.trigger(id, name, harness.op())).rejects.toMatchObject({
        code: 'ERROR_FAIL',
        message: `Send trigger '${name}' failed: Invalid argument`,
      });
    },
  );
});

describe('sysrq', () => {
  it('goes to a guest that listens', async () => {
    const id = await harness.run();
    await expect(harness.tools.sysrq(id, 's', harness.op())).rejects.toMatchObject({
      code: 'ERROR_NOPARAVIRT',
    });
    harness.store.write('/local/domain/1/control/feature-sysrq', '1');
    await harness.tools.sysrq(id, 's', harness.op());
    expect(harness.store.read('/local/domain/1/control/sysrq')).toBe('s');
  });
});

describe('a core dump', () => {
  it('is an ELF core with the memory in its one segment', async () => {
    const id = await harness.run();
    harness.machine().memoryHead = Buffer.from('the first bytes');
    const path = '/var/lib/xen/dump/web';
    const { bytes } = await harness.local.settle(harness.tools.dumpCore(id, path, harness.op()));
    expect(bytes).toBe(64 * 1024 * 1024 + 4096);
    const file = await readFile(state(path));
    expect(file.length).toBe(bytes);
    expect(file.subarray(0, 4096)).toEqual(coreHeader(64 * 1024 * 1024));
    expect(file.toString('latin1', 4096, 4111)).toBe('the first bytes');
    expect(harness.machine().paused).toBe(false);
    expect((await stat(state(path))).mode & 0o777).toBe(0o600);
  });

  it('leaves nothing when it is cancelled, and the guest runs on', async () => {
    const id = await harness.run();
    const op = harness.op();
    op.abort.abort(new Error('enough'));
    await expect(
      harness.local.settle(harness.tools.dumpCore(id, '/var/lib/xen/dump/x', op)),
    ).rejects.toThrow();
    expect(await readdir(state('var/lib/xen/dump'))).toEqual([]);
    expect(harness.machine().paused).toBe(false);
  });

  it('is written when the guest crashes and the configuration says so', async () => {
    const id = await harness.run('on_crash="coredump-restart"');
    harness.machine().exit({ reason: 'crash', detail: 'It crashed.' });
    await harness.local.until(() => row(id)?.domid === 2, 'the restart');
    expect((await stat(state('var/lib/xen/dump/web'))).size).toBe(64 * 1024 * 1024 + 4096);
  });

  it('says which file it cannot write', async () => {
    const id = await harness.run();
    const call = harness.tools.dumpCore(id, join(harness.local.root, 'no/such/core'), harness.op());
    await expect(harness.local.settle(call)).rejects.toMatchObject({ code: 'ERROR_FAIL', field: 'path' });
  });
});

describe('autostart', () => {
  const startAll = async (): Promise<string[]> => {
    const steps = (await harness.local.host.startup?.()) ?? [];
    for (const { run } of steps) await harness.local.settle(run(harness.op()));
    return steps.map(({ title }) => title);
  };

  it('is a link in etc/xen/auto, and starts in the order of its names', async () => {
    for (const name of ['b', 'a', 'c']) {
      await harness.local.settle(harness.local.host.define(harness.config('', name), harness.op()));
    }
    const id = (name: string): string =>
      harness.local.host.domains().find((each) => each.name === name)?.id ?? '';
    await harness.tools.setAutostart(id('b'), true, harness.op());
    await harness.tools.setAutostart(id('a'), true, harness.op());
    await harness.tools.setAutostart(id('c'), true, harness.op());
    await harness.tools.setAutostart(id('c'), false, harness.op());
    expect((await lstat(state('etc/xen/auto/a.cfg'))).isSymbolicLink()).toBe(true);
    expect(await startAll()).toEqual(['Start a', 'Start b']);
    expect((await harness.tools.domains()).map(({ name }) => name)).toEqual(['Domain-0', 'a', 'b']);
  });

  it('takes links as people make them, and files that are there themselves', async () => {
    await harness.local.settle(harness.local.host.define(harness.config('', 'a'), harness.op()));
    await mkdir(state('etc/xen/auto'), { recursive: true });
    await symlink('/etc/xen/a.cfg', state('etc/xen/auto/10-a'));
    await harness.local.write('state/etc/xen/auto/20-own', harness.config('', 'own'));
    expect(await startAll()).toEqual(['Start a', 'Start 20-own']);
    expect((await harness.row(2))?.name).toBe('own');
  });

  it('is off when XENDOMAINS_AUTO is empty', async () => {
    await harness.local.write('state/etc/default/xendomains', 'XENDOMAINS_AUTO=""\n');
    await harness.local.write('state/etc/xen/auto/x', harness.config());
    expect(await startAll()).toEqual([]);
  });
});

describe('logs', () => {
  it('are those of the hypervisor, of each domain and of its console', async () => {
    const id = await harness.run();
    await harness.local.elapse(500);
    const sources = await harness.tools.logSources();
    expect(sources.map(({ id: source, domain }) => [source, domain])).toEqual([
      ['hypervisor', null],
      ['toolstack:xl-web', id],
      ['console:guest-web', id],
    ]);
  });

  it.each([
    ['hypervisor', '(XEN) Domus'],
    ['toolstack:xl-web', 'Waiting for domain web (domid 1) to die'],
    ['console:guest-web', 'Welcome to web'],
  ])('of %s are followed', async (source, text) => {
    await harness.run();
    await harness.local.elapse(500);
    const stream = await harness.tools.openLog(source);
    let seen = '';
    stream.onData((bytes) => (seen += Buffer.from(bytes).toString('latin1')));
    stream.credit(1 << 20);
    await harness.local.until(() => seen.includes(text), text);
    harness.machine().exit({ reason: 'crash', detail: 'It crashed.' });
    if (source !== 'console:guest-web') {
      await harness.local.until(() => /crash|reason code 3/.test(seen), 'what is appended');
    }
    stream.close();
  });

  it.each(['nope', 'toolstack:../../../etc/xen/xl.conf', 'console:', 'engine'])(
    '"%s" is none',
    async (source) => {
      await expect(harness.tools.openLog(source)).rejects.toMatchObject({ code: 'ERROR_NOTFOUND' });
    },
  );
});

describe("dom0's shell", () => {
  const places = { stateDirectory: '/s', binDirectory: '/s/bin', xenstoreSocket: '/s/socket' };

  it('gets what finds the engine, and none of its secrets', () => {
    const env = terminalEnvironment('local', places, { PATH: '/usr/bin', HOME: '/h', DOMUS_TOKEN: 'secret' });
    expect(env).toMatchObject({
      PATH: '/s/bin:/usr/bin',
      HOME: '/h',
      DOMUS_STATE: '/s',
      DOMUS_HOST: 'local',
      XENSTORED_PATH: '/s/socket',
    });
    expect(JSON.stringify(env)).not.toContain('secret');
  });

  it('finds the tools through scripts that run this Node, or the one on PATH under the desktop shell', () => {
    expect(wrapper('xl', "/a/it's/cli.js", { execPath: '/n', isElectron: false })).toBe(
      `#!/bin/sh\nexec '/n' '/a/it'\\''s/cli.js' xl "$@"\n`,
    );
    expect(wrapper('xl', '/cli.js', { execPath: '/electron', isElectron: true })).toContain('exec node');
  });
});
