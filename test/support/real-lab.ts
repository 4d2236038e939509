import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { defaultImageDirectory, Labs } from '../../engine/host/lab/index.ts';
import { recordedOperation } from './lab-harness.ts';
import { root } from './app.ts';

const run = promisify(execFile);

export interface RealLab {
  readonly labs: Labs;
  /** Runs a line in dom0's shell; rejects when it fails. */
  dom0(line: string): Promise<string>;
  /** Types a line on a guest's console, again and again until it answers with `expected`; a minute and a half at most. */
  talk(guest: string, line: string, expected: RegExp): Promise<string>;
  dispose(): Promise<void>;
}

/** A real Xen host of our own, up. The image comes from the cache, or is built. */
export async function startRealLab(): Promise<RealLab> {
  const directory = await mkdtemp(join(tmpdir(), 'domus-xen-'));
  const labs = await Labs.open({
    directory,
    imageDirectory: defaultImageDirectory(),
    recipeDirectory: join(root, 'assets', 'lab'),
    registrar: null,
    onChange: () => {},
    log: () => {},
  });
  const dispose = async (): Promise<void> => {
    await labs.close();
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await labs.start('lab1', recordedOperation());
    const lab = (await labs.status()).labs[0];
    const known = ['-o', `UserKnownHostsFile=${lab?.knownHostsFile}`, '-o', 'BatchMode=yes'];
    const args = ['-F', 'none', '-i', lab?.identityFile ?? '', '-p', String(lab?.sshPort), ...known];
    const dom0 = async (line: string): Promise<string> =>
      (await run('ssh', [...args, 'root@127.0.0.1', line], { timeout: 150_000 })).stdout;
    const talk: RealLab['talk'] = (guest, line, expected) =>
      talkOver(['-tt', ...args, 'root@127.0.0.1'], guest, line, expected);
    return { labs, dom0, talk, dispose };
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
    const limit = setTimeout(() => settle(() => reject(new Error(`no answer in: ${heard}`))), 90_000);
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
