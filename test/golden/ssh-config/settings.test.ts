import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostDraft } from '../../../engine/api/index.ts';
import { parseHops } from '../../../engine/host/xen/ssh/hop.ts';
import type { SshHome } from '../../../engine/host/xen/ssh/home.ts';
import { resolveSettings } from '../../../engine/host/xen/ssh/settings.ts';
import { cases, refused } from './cases.ts';

/** What we make of a configuration, beside what `ssh -G` of this computer says of the same one. */

const run = promisify(execFile);
const { homedir: home, username: user } = userInfo();
const env = {
  PATH: process.env['PATH'],
  SHELL: '/bin/sh',
  HOME: home,
  THEIR_AGENT: '/their/agent',
  THEIR_PLACE: '/their',
};

let directory = '';
beforeAll(async () => void (directory = await mkdtemp(join(tmpdir(), 'domus-ssh-config-'))));
afterAll(() => rm(directory, { recursive: true, force: true }));

let count = 0;
async function write(text: string): Promise<string> {
  const place = join(directory, String((count += 1)));
  await mkdir(place);
  const [main = '', ...others] = text.replaceAll('DIR', place).split(/^([\w./]+):\n/m);
  await writeFile(join(place, 'config'), main, { mode: 0o600 });
  for (let at = 0; at < others.length; at += 2) {
    const path = join(place, others[at] ?? '');
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, others[at + 1] ?? '', { mode: 0o600 });
    if (path.endsWith('/open')) await chmod(path, 0o666);
  }
  return join(place, 'config');
}

function ask(config: string, target: string): ReturnType<typeof resolveSettings> {
  const where: SshHome = { home, user, env, platform: process.platform, config };
  const [address = '', login = null] = target.split('@').reverse();
  return resolveSettings(hostDraft.parse({ address, user: login }), where);
}

/** Keys of these kinds are read by OpenSSH only. */
const unreadable = /\/id_(?:ecdsa_sk|ed25519_sk|xmss|dsa)$/;

async function ours(config: string, target: string): Promise<Record<string, unknown>> {
  const found = await ask(config, target);
  return {
    host: found.host,
    port: found.port,
    user: found.user,
    identityFiles: found.identityFiles.map(({ path }) => path),
    identitiesOnly: found.identitiesOnly,
    agent: found.agent,
    knownHosts: found.knownHostsFiles,
    alias: found.hostKeyAlias,
    unknownKeys: found.unknownKeys,
    command: found.proxyCommand,
    jumps: found.jumps.map(({ alias }) => alias),
  };
}

async function theirs(config: string, target: string): Promise<Record<string, unknown>> {
  const { stdout } = await run('ssh', ['-G', '-F', config, target], { env });
  const all = (keyword: string): string[] =>
    stdout
      .split('\n')
      .flatMap((line) => (line.startsWith(`${keyword} `) ? [line.slice(keyword.length + 1)] : []));
  const [one] = [(keyword: string): string => all(keyword)[0] ?? ''];
  const [host, port, login] = [one('hostname'), one('port'), one('user')];
  const words = (keyword: string): string[] =>
    one(keyword)
      .split(' ')
      .filter((word) => word !== 'none');
  // -G shows these as they are written.
  const tokens: Readonly<Record<string, string>> = { '%h': host, '%p': port, '%r': login };
  const agent = one('identityagent');
  return {
    host,
    port: Number(port),
    user: login,
    identityFiles: [...new Set(all('identityfile').map((file) => file.replace(/^~/, home)))].filter(
      (file) => file !== 'none' && !unreadable.test(file),
    ),
    identitiesOnly: one('identitiesonly') === 'yes',
    agent:
      agent === '$THEIR_AGENT' ? env.THEIR_AGENT : /^(?:none|SSH_AUTH_SOCK|)$/.test(agent) ? null : agent,
    knownHosts: [...words('userknownhostsfile'), ...words('globalknownhostsfile')],
    alias: one('hostkeyalias') || null,
    unknownKeys: { ask: 'ask', true: 'refuse' }[one('stricthostkeychecking')] ?? 'accept',
    command: one('proxycommand').replace(/%[hpr]/g, (token) => tokens[token] ?? '') || null,
    jumps: one('proxyjump') === '' ? [] : parseHops(one('proxyjump')).map(({ alias }) => alias),
  };
}

describe('a configuration means what ssh takes it for:', () => {
  for (const { what, hosts, config } of cases) {
    it(what, async () => {
      const file = await write(config);
      for (const host of hosts)
        expect({ [host]: await ours(file, host) }).toEqual({ [host]: await theirs(file, host) });
      expect(await readdir(dirname(file))).not.toContain('ran');
    });
  }
});

describe('what ssh refuses is refused:', () => {
  for (const { what, config } of refused) {
    it(what, async () => {
      const file = await write(config);
      await expect(run('ssh', ['-G', '-F', file, 'web'], { env })).rejects.toMatchObject({ code: 255 });
      await expect(ask(file, 'web')).rejects.toMatchObject({
        step: 'name',
        lasting: true,
        message: expect.stringContaining(dirname(file).startsWith(home) ? '~' : '') as unknown,
      });
    });
  }
});
