import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endProcess, root } from '../../support/app.ts';

/** The programs as a person starts them, against an engine and a guest that are real. */
let state: string;
let daemon: ChildProcess;
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const environment = () => ({ ...process.env, DOMUS_STATE: state, LC_ALL: 'C' });

const start = (program: string, words: readonly string[]): ChildProcess =>
  spawn(process.execPath, [join(root, 'scripts', 'bin', `${program}.mjs`), ...words], { env: environment() });

interface Ran {
  readonly rc: number | null;
  readonly out: string;
  readonly err: string;
}

function run(program: string, ...words: string[]): Promise<Ran> {
  const child = start(program, words);
  let out = '';
  let err = '';
  child.stdout?.on('data', (text: Buffer) => (out += text.toString('latin1')));
  child.stderr?.on('data', (text: Buffer) => (err += text.toString('latin1')));
  child.stdin?.end();
  return new Promise((resolve) => child.once('close', (rc) => resolve({ rc, out, err })));
}
const xl = (...words: string[]): Promise<Ran> => run('xl', ...words);

/** Somebody at `xl console` whose standard input and output are pipes. */
async function converse(
  domain: string,
  prompt: RegExp,
  line: string,
  answer: RegExp,
): Promise<number | null> {
  const child = start('xl', ['console', domain]);
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  let seen = '';
  child.stdout?.on('data', (text: Buffer) => (seen += text.toString('latin1')));
  const until = async (pattern: RegExp): Promise<void> => {
    for (const deadline = Date.now() + 60_000; !pattern.test(seen); await sleep(50)) {
      if (Date.now() > deadline) throw new Error(`Waited in vain for ${pattern}: ${seen.slice(-300)}`);
    }
  };
  await until(prompt);
  child.stdin?.write(line);
  await until(answer);
  child.stdin?.write('\x1d');
  return ended;
}

beforeAll(async () => {
  state = await mkdtemp(join(tmpdir(), 'domus-xl-'));
});
afterAll(async () => {
  if (daemon) await endProcess(daemon);
  await rm(state, { recursive: true, force: true });
});

describe('the command line', () => {
  it('says what to do when no engine runs', async () => {
    const ran = await xl('list');
    expect(ran.rc).toBe(1);
    expect(ran.err).toContain('No Domus engine runs on');
    expect(ran.err).toContain('domus daemon');
    expect((await xl('help', 'list')).rc).toBe(0);
  });

  it('domus daemon is an engine', async () => {
    daemon = start('domus', ['daemon']);
    const deadline = Date.now() + 60_000;
    while ((await run('domus', 'status')).rc !== 0 && Date.now() < deadline) await sleep(200);
    expect((await run('domus', 'status')).out).toContain('Host local: 0 running domains');
    expect((await xl('list')).out).toMatch(/^Domain-0 +0 +\d+ +\d+ {5}r-----/m);
  });

  it('starts a guest from a file, shows it, talks to it and ends it', async () => {
    const file = join(state, 'web.cfg');
    const asset = (name: string): string => join(root, 'assets', 'guest', name);
    const lines = [
      'name = "web"',
      'type = "pvh"',
      'memory = 64',
      `kernel = "${asset('bzImage')}"`,
      `ramdisk = "${asset('initramfs.cpio')}"`,
      'extra = "console=ttyS0"',
      'vif = [ "bridge=xenbr0" ]',
    ];
    await writeFile(file, `${lines.join('\n')}\n`);
    expect(await xl('create', file)).toEqual({ rc: 0, out: '', err: `Parsing config from ${file}\n` });
    expect((await xl('domid', 'web')).out).toBe('1\n');
    expect(await converse('web', /domus:~# /, 'echo sum=$((40+2))\n', /sum=42/)).toBe(0);

    expect((await xl('pause', 'web')).rc).toBe(0);
    expect((await xl('list', 'web')).out).toMatch(/^web +1 +64 +1 {5}--p---/m);
    expect((await xl('unpause', 'web')).rc).toBe(0);
    expect((await xl('sched-credit2', '-d', 'web', '-w', '512')).rc).toBe(0);
    expect((await xl('sched-credit2', '-d', 'web')).out).toMatch(/^web +1 +512 +0$/m);
    expect((await xl('vcpu-list', 'web')).out).toMatch(/^web +1 +0 +\d+ +[r-][b-]- +\d+\.\d {2}all \/ all$/m);
    expect((await xl('network-list', 'web')).out).toMatch(/00:16:3e/);
    expect(JSON.parse((await xl('list', '-l', 'web')).out)).toMatchObject([
      { domid: 1, config: { c_info: { name: 'web' } } },
    ]);
    expect((await xl('list', '--long', '--sxp', 'web')).out).toContain('    (name web)\n');
    expect((await run('xentop', '-b', '-i', '1')).out).toMatch(/^ {7}web /m);

    const image = join(state, 'data.img');
    await writeFile(image, new Uint8Array(1024 * 1024));
    expect((await xl('block-attach', 'web', `${image},raw,xvdb,w`)).rc).toBe(0);
    expect((await xl('block-list', 'web')).out).toMatch(/^51728 +0 +1 +\d .*\/backend\/vbd\/1\/51728 *$/m);
    expect((await xl('block-attach', 'web', `${image},raw,xvdb,w`)).err).toContain('already exists');
    expect(await xl('block-detach', '-f', 'web', 'xvdb')).toMatchObject({ rc: 0 });
    expect((await xl('block-list', 'web')).out).not.toContain('51728');
    expect((await xl('network-attach', 'web', 'mac=00:16:3e:00:00:51')).rc).toBe(0);
    expect((await xl('network-list', 'web')).out).toMatch(/^1 +0 +00:16:3e:00:00:51 /m);
    expect((await xl('network-detach', 'web', '00:16:3e:00:00:51')).rc).toBe(0);
    expect((await xl('network-list', 'web')).out).not.toContain('00:16:3e:00:00:51');
  });

  it('moves it to another place of the same engine, and leaves it where it is when the target breaks off', async () => {
    expect(await converse('web', /domus:~# /, 'KEPT=$((6*7)); echo no""te\n', /note/)).toBe(0);
    const receiver = `"${process.execPath}" "${join(root, 'scripts', 'bin', 'xl.mjs')}" migrate-receive`;
    const moved = await xl('migrate', '-s', '', 'web', receiver);
    expect(moved.err).toContain('migration target: Domain started successsfully.\n');
    expect(moved.err).toMatch(/Migration successful\.\n$/);
    expect((await xl('domid', 'web')).out).toBe('2\n');
    expect((await xl('list')).out).not.toMatch(/--(incoming|migratedaway)/);
    expect(await converse('web', /domus:~# /, 'echo kept=$KEPT\n', /kept=42/)).toBe(0);
    // A target that breaks off changes nothing.
    const broken = `printf 'xl migration receiver ready, send binary domain data.\\n'; head -c 300000 >/dev/null`;
    const failed = await xl('migrate', '-s', '', 'web', broken);
    expect(failed.err).toMatch(/Migration failed, resuming at sender\.\n$/);
    expect(await converse('web', /domus:~# /, 'echo still=$KEPT\n', /still=42/)).toBe(0);

    expect(await xl('destroy', 'web')).toEqual({ rc: 0, out: '', err: '' });
    expect((await xl('list', 'web')).err).toBe('web is an invalid domain identifier (rc=-6)\n');
  });

  it('reads the store the engine serves', async () => {
    expect((await run('xenstore-read', '/local/domain/0/name')).out).toBe('Domain-0\n');
    expect((await run('xenstore-ls', '/local/domain/0')).out).toContain('name = "Domain-0"');
  });

  it('converts an old configuration without an engine', async () => {
    const file = join(state, 'old.cfg');
    await writeFile(file, "import os\nbuilder = 'hvm'\nname = 'old'\ndisk = [ 'file:/a.img,hda,w' ]\n");
    const ran = await run('domus', 'convert', file);
    expect(ran.out).toContain('name');
    expect(ran.out).not.toMatch(/^import/m);
    expect(ran.err).toMatch(/:1: /);
  });
});
