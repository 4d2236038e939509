import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { xlCommands } from '../../../engine/cli/xl/commands/index.ts';
import { libxlNumber } from '../../../engine/cli/xl/context.ts';
import { commandTexts } from '../../../engine/cli/xl/help.ts';
import { type Answers, newLab, refusal, row, runInLab } from '../../support/xl-lab.ts';

const names = commandTexts.map(({ name }) => name);

describe('the table of commands', () => {
  it('has every subcommand of xl help and no other', () => {
    expect(Object.keys(xlCommands).sort()).toEqual([...names].sort());
  });

  it("ends with libxl's numbers; what only the engine knows has one too", () => {
    expect(libxlNumber('ERROR_DOMAIN_NOTFOUND')).toBe(-21);
    expect([libxlNumber('ENGINE_LOST'), libxlNumber('BAD_REQUEST')]).toEqual([-3, -6]);
  });
});

const configured = (answers: Answers = {}): Answers => ({
  'config/check': () => ({ rc: 0, messages: ['a warning'], diagnostics: [], json: '{}\n' }),
  'live/create': () => ({ task: 't', domain: 'id-7', domid: 7 }),
  ...answers,
});

describe('xl create', () => {
  const lab = newLab();
  lab.files.set('/etc/xen/web.cfg', 'name="web"');

  it('hands the text and the words with = to the engine', async () => {
    const seen: unknown[] = [];
    const create = (input: unknown): unknown => {
      seen.push(input);
      return { task: 't', domain: 'id-7', domid: 7 };
    };
    const ran = await runInLab(
      lab,
      ['create', '/etc/xen/web.cfg', 'memory=64', '-p'],
      configured({ 'live/create': create }),
    );
    expect(ran).toEqual({ rc: 0, out: '', err: 'Parsing config from /etc/xen/web.cfg\na warning\n' });
    expect(seen).toEqual([
      {
        host: 'local',
        source: '/etc/xen/web.cfg',
        text: 'name="web"\nmemory=64\n\n',
        paused: true,
        command: 'xl create /etc/xen/web.cfg memory=64 -p',
      },
    ]);
  });

  it.each([
    [
      ['create', '-n', '/etc/xen/web.cfg'],
      { rc: 0, out: '{}\n', err: 'Parsing config from /etc/xen/web.cfg\na warning\n' },
    ],
    [['-N', 'create', '-q', '/etc/xen/web.cfg'], { rc: 0, out: '{}\n', err: 'a warning\n' }],
    [['create', '-dq', '/dev/null'], { rc: 0, out: '', err: 'a warning\n{}\n' }],
    [['create'], { rc: 6, out: '', err: 'Config file not specified and none in save file\n' }],
    [['create', 'memory=3'], { rc: 6, out: '', err: 'Config file not specified and none in save file\n' }],
  ])('%j', async (words, expected) => {
    expect(await runInLab(lab, words, configured())).toEqual(expected);
  });

  it('with a console starts the guest when the console is open, as part of the same command', async () => {
    const channel = {
      send: async () => {},
      onFrame: () => {},
      closed: Promise.resolve('The domain has ended.'),
      close: () => {},
    };
    const unpaused: unknown[] = [];
    const ran = await runInLab(
      { ...lab, channel },
      ['create', '-cq', '/etc/xen/web.cfg'],
      configured({
        'console/open': () => ({ ticket: 't' }),
        'domain/unpause': (input) => unpaused.push(input),
      }),
    );
    expect(ran.rc).toBe(0);
    expect(unpaused).toEqual([{ host: 'local', domain: 'id-7' }]);
  });

  it('ends with the code of the reader, or 3 when the domain cannot be made', async () => {
    const check = () => ({ rc: 1, messages: ['Domain name must be specified.'], diagnostics: [], json: '' });
    const refused = await runInLab(lab, ['create', '-q', '/dev/null'], configured({ 'config/check': check }));
    expect(refused).toEqual({ rc: 1, out: '', err: 'Domain name must be specified.\n' });
    const create = () => Promise.reject(refusal('Domain with name "web" already exists.', 'ERROR_INVAL'));
    const failed = await runInLab(lab, ['create', '-q', '/dev/null'], configured({ 'live/create': create }));
    expect(failed.rc).toBe(3);
    expect(failed.err).toContain('libxl: error: Domain with name "web" already exists.\n');
  });
});

describe('dry runs of devices', () => {
  it.each([
    [
      ['-N', 'block-attach', 'pv1', 'phy:/dev/vg/g,xvdb,w'],
      'disk: {\n    "pdev_path": "/dev/vg/g",\n    "vdev": "xvdb",\n    "format": "raw",\n    "readwrite": 1\n}\n\n',
    ],
    [
      ['-N', 'cd-eject', 'pv1', 'hdc'],
      'disk: {\n    "pdev_path": "",\n    "vdev": "hdc",\n    "format": "empty",\n    "removable": 1,\n    "is_cdrom": 1\n}\n\n',
    ],
    [
      ['-N', 'network-attach', 'pv1', 'bridge=b', 'mtu=9000'],
      'vif: {\n    "mtu": 9000,\n    "bridge": "b"\n}\n\n',
    ],
    [['-N', 'vcpu-pin', 'pv1', '0', '0', '-'], 'cpumap: 0\n'],
    [['-N', 'vcpu-pin', 'pv1', 'all', '-', 'all'], 'cpumap: - all\n'],
  ])('%j', async (words, out) => {
    const ran = await runInLab(newLab(), words);
    expect(ran.out).toBe(out);
    expect(ran.rc).toBe(0);
  });
});

describe('xl shutdown', () => {
  it('needs -F for a guest without PV drivers', async () => {
    const lab = newLab();
    const answers: Answers = {
      'domain/shutdown': () => Promise.reject(refusal('No drivers.', 'ERROR_NOPARAVIRT')),
      'live/trigger': () => ({ task: 't' }),
    };
    const refused = await runInLab(lab, ['shutdown', 'pv1'], answers);
    expect(refused.rc).toBe(1);
    expect(refused.err).toContain('Use "-F" to fallback to ACPI power event.\nshutdown failed (rc=-10)\n');
    expect((await runInLab(lab, ['shutdown', '-F', 'pv1'], answers)).err).toBe(
      'Shutting down domain 1\nPV control interface not available: sending ACPI power button event.\n',
    );
  });

  it('-a leaves Domain-0 alone; -w -w waits for the end of each', async () => {
    const lab = newLab();
    lab.rows.push(row(2, 'two'));
    const answers: Answers = {
      'domain/shutdown': ({ domain }: { domain: string }) => {
        lab.rows = lab.rows.filter(({ id }) => id !== domain);
        return { task: 't' };
      },
    };
    const ran = await runInLab(lab, ['shutdown', '-aww'], answers);
    expect(ran.err).toBe(
      'Shutting down domain 1\nShutting down domain 2\nWaiting for 2 domains\n' +
        'Domain 1 has been destroyed\nDomain 2 has been destroyed\n',
    );
  });
});

describe('arguments nobody thought of', () => {
  const word = fc.oneof(
    fc.constantFrom(
      'pv1',
      '0',
      '1',
      '99',
      '',
      '-',
      '--',
      'all',
      '-1',
      'node:0',
      'power',
      'x=1',
      '/dev/null',
      '^]',
    ),
    fc.constantFrom(
      '-a',
      '-d',
      '-w',
      '-s',
      '-n',
      '-N',
      '-c',
      '-p',
      '-v',
      '-l',
      '-i',
      '-f',
      '-t',
      '-e',
      '-b',
      '-r',
      '-F',
    ),
    fc.constantFrom('--all', '--wait', '--sxp', '--long', '--cpupool', '--domain=pv1', '--wibble', '--='),
    fc.string({ maxLength: 12 }),
    fc.string({ unit: 'binary', maxLength: 6 }),
  );
  const answers: Answers = configured({
    'config/long': () => ({ json: '{"b_info":{"type.hvm":{}},"disks":[{}],"nics":[{"mac":3}]}' }),
    'dom0/dmesg': () => ({ text: '' }),
  });

  it('end every command with an exit code and bounded output', async () => {
    const call = fc.tuple(
      fc.constantFrom(...names),
      fc.array(word, { maxLength: 6 }),
      fc.constantFrom('', '-N', '-v'),
    );
    await fc.assert(
      fc.asyncProperty(call, async ([name, words, global]) => {
        const argv = [...(global === '' ? [] : [global]), name, ...words];
        const { rc, out, err } = await runInLab(newLab(), argv, answers);
        expect(Number.isInteger(rc) && rc >= 0 && rc <= 255).toBe(true);
        expect(out.length + err.length).toBeLessThan(64 * 1024);
      }),
      { numRuns: 3000 },
    );
  });
});
