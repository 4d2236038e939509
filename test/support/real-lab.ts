import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type HostDraft, hostDraft } from '../../engine/api/index.ts';
import { defaultImageDirectory, Labs } from '../../engine/host/lab/index.ts';
import { recordedOperation } from './lab-harness.ts';

const run = promisify(execFile);

export interface RealLab {
  readonly labs: Labs;
  /** How Domus connects to it. */
  readonly draft: HostDraft;
  /** Runs a line in dom0's shell; rejects when it fails. */
  dom0(line: string): Promise<string>;
  /** Types a line on a guest's console, again and again until it answers with `expected`; four minutes at most. */
  talk(guest: string, line: string, expected: RegExp): Promise<string>;
  dispose(): Promise<void>;
}

/**
 * A real Xen host of our own, up. The image comes from the cache, or is built. Who works on these tests has one that stays:
 * `npm run lab` starts it, and DOMUS_TEST_LAB names its state directory.
 */
export async function startRealLab(): Promise<RealLab> {
  const kept = process.env['DOMUS_TEST_LAB'];
  const directory = kept ? join(kept, 'labs') : await mkdtemp(join(tmpdir(), 'domus-xen-'));
  const labs = await Labs.open({
    directory,
    imageDirectory: defaultImageDirectory(),
    // Tests and measurements run in the root of the repository; a bundled one is not where its source is.
    recipeDirectory: join(process.cwd(), 'assets', 'lab'),
    registrar: null,
    keepRunning: kept !== undefined,
    onChange: () => {},
    log: () => {},
  });
  const dispose = async (): Promise<void> => {
    await labs.close();
    if (!kept) await rm(directory, { recursive: true, force: true });
  };
  try {
    if ((await labs.status()).labs[0]?.state !== 'running') await labs.start('lab1', recordedOperation());
    const lab = (await labs.status()).labs[0];
    const known = ['-o', `UserKnownHostsFile=${lab?.knownHostsFile}`, '-o', 'BatchMode=yes'];
    const args = ['-F', 'none', '-i', lab?.identityFile ?? '', '-p', String(lab?.sshPort), ...known];
    const dom0 = async (line: string): Promise<string> =>
      (await run('ssh', [...args, 'root@127.0.0.1', line], { timeout: 150_000 })).stdout;
    const talk: RealLab['talk'] = (guest, line, expected) =>
      talkOver(['-tt', ...args, 'root@127.0.0.1'], guest, line, expected);
    const asAdmin = process.env['DOMUS_TEST_SUDO'] !== undefined;
    if (asAdmin) await dom0(`echo 'admin ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/admin`);
    const draft = hostDraft.parse({
      address: '127.0.0.1',
      port: lab?.sshPort,
      user: asAdmin ? 'admin' : 'root',
      sudo: asAdmin,
      identityFile: lab?.identityFile,
      knownHostsFile: lab?.knownHostsFile,
      useSshConfig: false,
      useAgent: false,
    });
    return { labs, draft, dom0, talk, dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** `xl console` reads its input only from a terminal, hence `ssh -tt`. */
function talkOver(ssh: readonly string[], guest: string, line: string, expected: RegExp): Promise<string> {
  const child = spawn('ssh', [...ssh, `xl console ${guest}`], { stdio: ['pipe', 'pipe', 'ignore'] });
  return new Promise((resolve, reject) => {
    let heard = '';
    const typing = setInterval(() => child.stdin.write(`${line}\r`), 2000);
    const limit = setTimeout(() => settle(() => reject(new Error(`no answer in: ${heard}`))), 240_000);
    const settle = (end: () => void): void => {
      clearInterval(typing);
      clearTimeout(limit);
      child.kill();
      end();
    };
    child.stdin.on('error', () => undefined);
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      heard = (heard + text).slice(-20_000);
      const found = expected.exec(heard)?.[0];
      if (found !== undefined) settle(() => resolve(found));
    });
  });
}
