import { describe, expect, it } from 'vitest';
import type { LabsInfo } from '../../../../engine/api/index.ts';
import { type LabCall, type LabWorld, parseCall, runLab } from '../../../../engine/cli/lab/program.ts';

const able = { possible: true, why: null, fix: null };
const lab = (id: 'lab1' | 'lab2', running: boolean): LabsInfo['labs'][number] => ({
  id,
  state: running ? 'running' : 'absent',
  host: null,
  sshPort: running ? 4022 : null,
  identityFile: null,
  knownHostsFile: null,
  consoleLog: null,
  startedAt: null,
  accelerator: running ? 'tcg' : null,
  diskBytes: running ? 2 ** 21 : 0,
  note: null,
});

function world(fail?: Error) {
  const calls: LabCall[] = [];
  const told = { out: '', err: '', ssh: [] as (readonly string[])[] };
  const made: LabWorld = {
    status: async () => ({
      image: null,
      build: able,
      run: able,
      labs: [lab('lab1', true), lab('lab2', false)],
    }),
    async run(call, onStage) {
      calls.push(call);
      onStage('Working');
      onStage('Working');
      if (fail) throw fail;
    },
    ssh: async (_, words) => {
      told.ssh.push(words);
      return 7;
    },
    absolute: (path) => `/cwd/${path}`,
    out: (text) => void (told.out += text),
    err: (text) => void (told.err += text),
  };
  return { made, calls, told };
}

describe('npm run lab', () => {
  it.each<[string, LabCall | null]>([
    ['build', { verb: 'build' }],
    ['build now', null],
    ['start', { verb: 'start', lab: 'lab1' }],
    ['start 2', { verb: 'start', lab: 'lab2' }],
    ['start 3', null],
    ['start --force', null],
    ['stop 2 --force', { verb: 'stop', lab: 'lab2', force: true }],
    ['stop --force 2', { verb: 'stop', lab: 'lab2', force: true }],
    ['reset', { verb: 'reset', lab: 'lab1' }],
    ['import x', { verb: 'import', path: '/cwd/x' }],
    ['export', null],
    ['forget-image', { verb: 'forgetImage' }],
    ['dance', null],
  ])('%s', (line, call) => {
    const [command = '', ...words] = line.split(' ');
    expect(parseCall(command, words, (path) => `/cwd/${path}`)).toEqual(call);
  });

  it('tells each stage once, then what there is', async () => {
    const { made, calls, told } = world();
    expect(await runLab(['start'], made)).toBe(0);
    expect(calls).toEqual([{ verb: 'start', lab: 'lab1' }]);
    expect(told.err).toBe('Working …\n');
    expect(told.out).toContain('lab1: running, ssh on port 4022, emulated, 2 MiB of its own\nlab2: absent\n');
  });

  it('says what failed and what to do', async () => {
    const { made, told } = world(Object.assign(new Error('No QEMU.'), { fix: 'Get it.' }));
    expect(await runLab(['start'], made)).toBe(1);
    expect(told.err).toBe('Working …\nNo QEMU.\nGet it.\n');
  });

  it('goes into a running lab with the words of the command', async () => {
    const { made, told } = world();
    expect(await runLab(['ssh', '1', '--', 'xl', 'list'], made)).toBe(7);
    expect(told.ssh).toEqual([['xl', 'list']]);
    expect(await runLab(['ssh', '2'], made)).toBe(1);
    expect(told.err).toContain('lab2 does not run');
  });
});
