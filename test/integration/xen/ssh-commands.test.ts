import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type DoctorReport,
  type HostDraft,
  hostDraft,
  type HostDraftInput,
} from '../../../engine/api/index.ts';
import { examine } from '../../../engine/host/xen/doctor.ts';
import { succeeds } from '../../../engine/host/xen/ssh/shell-command.ts';
import type { SshHome } from '../../../engine/host/xen/ssh/home.ts';
import { sshAliases } from '../../../engine/host/xen/ssh/settings.ts';
import { signHere } from '../../../engine/host/xen/ssh/signing.ts';
import { systemClock } from '../../../engine/lib/clock.ts';
import { fakeDom0, type FakeDom0 } from '../../support/fake-dom0.ts';
import { connectedXenHost, waitFor, type XenHostHarness } from '../../support/xen-host-harness.ts';

/** Commands of the ssh configuration: ProxyCommand and Match exec. */

let dom0: FakeDom0;
let home: SshHome;
let harness: XenHostHarness | null = null;
beforeEach(async () => {
  dom0 = await fakeDom0();
  home = {
    home: dom0.directory,
    user: 'me',
    env: { ...process.env, SHELL: '/bin/sh' },
    platform: process.platform,
  };
  await mkdir(join(dom0.directory, '.ssh'));
  // It carries bytes both ways and says who it is; `began` has its own number and that of its shell.
  await writeFile(
    file('relay.mjs'),
    `import { connect } from 'node:net';
     import { appendFileSync } from 'node:fs';
     appendFileSync(${JSON.stringify(file('began'))}, process.pid + '\\n' + process.ppid + '\\n');
     const [host, port] = process.argv.slice(2);
     const socket = connect(Number(port), host);
     process.stdin.pipe(socket).pipe(process.stdout);
     socket.on('close', () => process.exit(0));`,
  );
});
afterEach(async () => {
  await harness?.close();
  harness = null;
  await dom0.dispose();
});

const file = (name: string): string => join(dom0.directory, name);
const config = (text: string): Promise<void> => writeFile(file('.ssh/config'), text, { mode: 0o600 });
const login = (of: FakeDom0): string =>
  `HostName 127.0.0.1\nPort ${of.port}\nUser root\nIdentityFile ${join(of.directory, 'id')}\nUserKnownHostsFile ${join(of.directory, 'known_hosts')}\n`;
const draft = (more: HostDraftInput = {}): HostDraft =>
  hostDraft.parse({ address: 'xen', useAgent: false, ...more });
const relay = `node ${'%d'}/relay.mjs`;
/** A shell that stays, and the relay as its child. */
const throughShell = (): string =>
  `ProxyCommand sh -c 'node ${file('relay.mjs')} "$1" "$2"; exit 7' sh %h %p\n`;

const connect = async (more: HostDraftInput = {}): Promise<XenHostHarness> =>
  (harness = await connectedXenHost(draft(more), { home, timing: { settleMs: 60_000 } }));
const look = (more: HostDraftInput = {}): Promise<DoctorReport> =>
  examine(
    { signer: async (request) => signHere(request), hostKeyFile: null, clock: systemClock, home },
    { draft: draft(more), answers: [], kept: async () => null },
  );
const failed = (report: DoctorReport) => report.steps.find(({ state }) => state === 'failed');

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};
const begun = async (): Promise<number[]> =>
  (await readFile(file('began'), 'utf8')).trim().split('\n').map(Number);

describe('a ProxyCommand', () => {
  it('carries the connection, and is gone with all it started when the connection is', async () => {
    await config(`Host xen\n${login(dom0)}${throughShell()}`);
    const { host } = await connect();
    expect(host.domains().map(({ name }) => name)).toEqual(['Domain-0']);
    const { sentBytes = 0, receivedBytes = 0 } = host.link?.traffic() ?? {};
    expect(Math.min(sentBytes, receivedBytes)).toBeGreaterThan(500);
    const processes = await begun();
    expect(processes.map(isAlive)).toEqual([true, true]);
    await harness?.close();
    harness = null;
    await waitFor(() => !processes.some(isAlive), 'the end of the command');
  });

  it('that breaks off breaks the connection, which is made again', async () => {
    await config(`Host xen\n${login(dom0)}${throughShell()}`);
    const { host } = await connect();
    const [first = 0] = await begun();
    process.kill(first);
    await waitFor(() => host.info().connection?.state === 'waiting', 'the loss');
    expect(host.info().connection?.error?.message).toMatch(/ProxyCommand ended with exit code 7/);
    await waitFor(() => host.info().connection?.state === 'connected', 'the connection');
  });

  it('of a jump host leads to that one, and from there on', async () => {
    const gate = await fakeDom0();
    try {
      await config(
        `Host xen\n${login(dom0)}ProxyJump gate\nHost gate\n${login(gate)}${throughShell()}Host *\nProxyCommand false\n`,
      );
      const { host } = await connect();
      expect(host.domains().map(({ name }) => name)).toEqual(['Domain-0']);
      expect((await begun()).length).toBe(2);
      const report = await look();
      expect(report.ok).toBe(true);
      expect(report.steps.find(({ id }) => id === 'port')?.saw).toMatch(
        /ProxyCommand reaches it: sh -c .*reaches port/,
      );
    } finally {
      await harness?.close();
      harness = null;
      await gate.dispose();
    }
  });

  it('that fails is told with what it said, and no more than that', async () => {
    await config(
      `Host xen\n${login(dom0)}ProxyCommand sh -c 'seq 1 100000; printf "no way\\033[2J to $1"; exit 3' sh %h >&2\n`,
    );
    const report = await look();
    expect(failed(report)).toMatchObject({
      id: 'port',
      fix: expect.stringMatching(/Run it in a terminal/) as unknown,
    });
    expect(failed(report)?.saw).toMatch(/exit code 3: .*no way \[2J to 127\.0\.0\.1/);
    expect(failed(report)?.saw.length).toBeLessThan(1000);
  });

  it('that is no program is not tried again', async () => {
    await config(`Host xen\n${login(dom0)}ProxyCommand there-is-no-such-program %h\n`);
    expect(failed(await look())?.fix).toMatch(/^Install that program/);
    await expect(connect()).rejects.toThrow(/exit code 127: .*there-is-no-such-program/);
  });

  it('that says nothing ends when nobody waits for it any more', async () => {
    await config(
      `Host xen\n${login(dom0)}ProxyCommand sh -c 'echo $$ >${file('began')}; sleep 1000 & wait'\n`,
    );
    const gone = new AbortController();
    const looking = examine(
      { signer: async (request) => signHere(request), hostKeyFile: null, clock: systemClock, home },
      { draft: draft(), answers: [], kept: async () => null, signal: gone.signal },
    );
    let shell = 0;
    await waitFor(() => {
      void begun().then(
        ([pid]) => (shell = pid ?? 0),
        () => undefined,
      );
      return shell > 0;
    }, 'its begin');
    gone.abort(new Error('enough'));
    await expect(looking).rejects.toThrow('enough');
    await waitFor(() => !isAlive(shell), 'its end');
  });

  it('is none when the draft has a jump host, or does without the configuration', async () => {
    await config(`Host *\nProxyCommand touch ${file('ran')}\nHost gate\n${login(dom0)}`);
    const { knownHostsFile, identityFile } = dom0.draft();
    await connect({
      address: '127.0.0.1',
      port: dom0.port,
      user: 'root',
      knownHostsFile,
      identityFile,
      useSshConfig: false,
    });
    await harness?.close();
    await look({ jump: 'root@127.0.0.1:1,gate', address: 'x' }).catch(() => undefined);
    await look({ jump: 'none', address: '127.0.0.1', port: 1 });
    expect(await readFile(file('ran')).catch(() => null)).not.toBe('');
  });
});

describe('what a draft says becomes no command:', () => {
  it.each<[string, HostDraftInput]>([
    ['a user', { user: '$(touch${IFS}ran)' }],
    ['a user that is an option', { user: '-oProxyCommand=x' }],
    ['a jump host', { jump: '`touch${IFS}ran`' }],
    ['a jump host’s user', { jump: "a';touch${IFS}ran;'@gate" }],
  ])('%s', async (_what, more) => {
    const command = `sh -c 'touch ${file('began')}' sh %r %h %n`;
    for (const text of [`ProxyCommand ${command}\n`, `Match exec "${command}"\nUser x\n`]) {
      await config(text);
      expect(failed(await look(more))).toMatchObject({
        id: 'name',
        saw: expect.stringMatching(/letters that mean something to a shell/) as unknown,
      });
    }
    await expect(readFile('ran')).rejects.toThrow(/ENOENT/);
  });
});

describe('Match exec', () => {
  it('chooses the way, by the name that is reached', async () => {
    await config(
      `Match originalhost xen exec "test %n = xen"\n${login(dom0)}ProxyCommand ${relay.replace('%d', dom0.directory)} %h %p\n`,
    );
    const { host } = await connect();
    expect(host.info().connection?.state).toBe('connected');
    expect((await begun()).length).toBe(2);
  });

  it('is stopped with all it started when it takes too long', async () => {
    const line = `echo $$ >${file('began')}; sleep 1000 & wait`;
    await expect(succeeds(line, 'here', home, undefined, 300)).rejects.toThrow(
      /did not end within 0.3 s: echo/,
    );
    const [shell = 0] = await begun();
    await waitFor(() => !isAlive(shell), 'its end');
  });

  it('is not run to list the hosts there are', async () => {
    await config(`Host xen\n${login(dom0)}Match exec "touch ${file('began')}"\nUser x\n`);
    expect(await sshAliases(home)).toEqual([{ alias: 'xen', summary: `root@127.0.0.1:${dom0.port}` }]);
    await expect(begun()).rejects.toThrow(/ENOENT/);
  });
});
