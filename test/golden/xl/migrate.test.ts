import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Answers, newLab, type Ran, refusal, row, runInLab } from '../../support/xl-lab.ts';
import { pipePair, testChannel } from '../../support/pipe-pair.ts';

/** Both ends of recorded migrations, talking to each other through a pipe; the engines behind them are figures. */
const recorded = (name: string): string[] =>
  readFileSync(new URL(`transcripts/${name}.err`, import.meta.url), 'utf8')
    .replace(/^libxl: (error|info): \w+\.c:\d+:\w+: /gm, 'libxl: $1: ')
    .split('\n')
    .filter((line) => line !== '' && !/^(xc: |real|user|sys)/.test(line));
const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '');

const header = { mandatoryFlags: 3, optionalFlags: 0, optionalDataBytes: 1034 };
const domain = Buffer.from('the domain, as a save file has it: '.repeat(3000));

interface Options {
  readonly words?: string;
  readonly source?: Answers;
  readonly target?: Answers;
  /** What the engine sends; null: it says that it stopped. */
  readonly sends?: Uint8Array | null;
}

/** `xl migrate` here and the program that it starts, `xl migrate-receive`, there. */
async function migration({ words = 'migrate pvh1 lab1', source, target, sends = domain }: Options = {}) {
  const { first, second, leave } = pipePair();
  const [out, into] = [testChannel(), testChannel()];
  const calls: string[] = [];
  const runes: string[] = [];
  const note =
    (name: string, answer: unknown = {}) =>
    (input: unknown) => {
      const { session: _, ...rest } = input as Record<string, unknown>;
      calls.push(`${name} ${JSON.stringify(rest)}`);
      return answer;
    };
  const arrived = async (): Promise<object> => {
    const bytes = (): number =>
      into.heard.reduce((sum, one) => sum + (one.type === 'data' ? one.bytes.length : 0), 0);
    while (bytes() < domain.length && !into.shut) await new Promise(setImmediate);
    if (into.shut)
      throw refusal('The stream ends in the middle of its memory: it was cut off.', 'ERROR_INVAL');
    return { domain: 'id', domid: 1, name: 'pvh1--incoming' };
  };
  const receiving = runInLab(
    {
      ...newLab(),
      channel: into,
      programs: {
        start: () => Promise.reject(new Error()) as never,
        own: () => second,
        errIsTerminal: false,
      },
    },
    ['migrate-receive'],
    {
      'migrate/receive': () => {
        setImmediate(() => into.say({ type: 'credit', bytes: 1 << 20 }));
        return { session: 'in', ticket: 't' };
      },
      'migrate/header': async () => {
        while (!into.heard.some(({ type }) => type === 'data') && !into.shut) await new Promise(setImmediate);
        if (into.shut) throw refusal('File has wrong magic number - corrupt or for a different tool?');
        return header;
      },
      'migrate/received': arrived,
      'migrate/take': note('take', { domain: 'id' }),
      'migrate/drop': note('drop'),
      ...target,
    },
  ).then((ran) => {
    leave(ran.rc === 0 ? '' : `exited with error status ${ran.rc}`);
    return ran;
  });
  const lab = {
    ...newLab(),
    rows: [row(0, 'Domain-0'), row(7, 'pvh1')],
    channel: out,
    programs: {
      start(rune: string) {
        runes.push(rune);
        return first;
      },
      own: () => second,
      errIsTerminal: false,
    },
  };
  const sending = runInLab(lab, words.split(' '), {
    'migrate/send': () => {
      setImmediate(() => {
        if (sends === null)
          return out.say({ type: 'event', event: { event: 'ended', detail: 'It was cancelled.' } });
        for (let at = 0; at < sends.length; at += 16_384)
          out.say({ type: 'data', bytes: sends.subarray(at, at + 16_384) });
        out.say({ type: 'event', event: { event: 'ended', detail: '' } });
      });
      return { session: 'out', ticket: 't', header };
    },
    'migrate/handOver': note('handOver'),
    'migrate/end': note('end'),
    ...source,
  }).then((ran) => {
    first.end();
    return ran;
  });
  const [from, to]: Ran[] = await Promise.all([sending, receiving]);
  if (!from || !to) throw new Error('Both ends answer.');
  return { from, to, calls, rune: runes[0], channel: out };
}

describe('xl migrate', () => {
  it('is what was recorded between two hosts', async () => {
    const { from, to, calls, rune } = await migration();
    const both = recorded('migrate-lab0-to-lab1');
    const bySender = /^(Saving|migration sender|Migration)/;
    expect(lines(from.err)).toEqual(both.filter((line) => bySender.test(line)));
    expect(lines(to.err)).toEqual(both.filter((line) => !bySender.test(line)));
    expect([from.rc, to.rc]).toEqual([0, 0]);
    expect(calls).toEqual(['handOver {}', 'take {"paused":false}', 'end {"gone":true}']);
    expect(rune).toBe('exec ssh lab1 xl migrate-receive');
  });

  it.each([
    ['migrate -e -p --debug -D pvh1 lab1', 'exec ssh lab1 xl migrate-receive -e -d -p'],
    ['-vv migrate --live pvh1 lab1', 'exec ssh lab1 xl -vv migrate-receive'],
    ['migrate -F -s ssh:-4 pvh1 lab1', 'exec ssh:-4 lab1 xl migrate-receive -e'],
  ])('%s runs %s', async (words, rune) => {
    expect((await migration({ words })).rune).toBe(rune);
  });

  it('with a transport that ends at once', async () => {
    const { first, leave, second } = pipePair();
    leave('exited with error status 255');
    const lab = { ...newLab(), programs: { start: () => first, own: () => second, errIsTerminal: false } };
    const ran = await runInLab(lab, ['migrate', 'pv1', 'nohost.invalid'], {});
    const [, ...byXl] = recorded('err-migrate-badhost');
    expect(lines(ran.err)).toEqual(byXl);
    expect(ran.rc).toBe(1);
  });

  it('with a transport that says something else', async () => {
    const { first, leave, second } = pipePair();
    await second.write(Buffer.from('Welcome to nowhere! Have a nice day, and come back soon.'));
    leave('');
    const lab = { ...newLab(), programs: { start: () => first, own: () => second, errIsTerminal: false } };
    const ran = await runInLab(lab, ['migrate', '-s', '', 'pv1', 'greet'], {});
    expect(ran.err).toBe(
      'migration receiver stream contained unexpected data instead of banner\n(command run was: greet )\n',
    );
  });

  it('goes on at the sender when the target cannot build it', async () => {
    const received = () => Promise.reject(refusal('There is not enough memory.', 'ERROR_NOMEM'));
    const target = { 'migrate/header': () => header, 'migrate/received': received };
    const { from, to, calls } = await migration({ target });
    expect(lines(to.err).slice(-2)).toEqual([
      'libxl: error: There is not enough memory.',
      'migration target: Domain creation failed (code -5).',
    ]);
    expect(from.err).toContain('libxl: info: migration transport process [402] exited with error status 1\n');
    expect(lines(from.err).at(-1)).toBe('Migration failed, resuming at sender.');
    expect([from.rc, to.rc, calls]).toEqual([1, 1, ['end {"gone":false}']]);
  });

  it('goes on at the sender when the target cannot start it', async () => {
    const take = () =>
      Promise.reject(refusal('Domain with name "pvh1" already exists.', 'ERROR_DEVICE_EXISTS'));
    const { from, to, calls } = await migration({ target: { 'migrate/take': take } });
    expect(lines(to.err).slice(-3)).toEqual([
      'libxl: error: Domain with name "pvh1" already exists.',
      'migration target: Failure, destroying our copy.',
      'migration target: Cleanup OK, granting sender permission to resume.',
    ]);
    expect(lines(from.err).slice(-4)).toEqual([
      'migration sender: Target reports startup failure (status code 17).',
      'migration sender: Trying to resume at our end.',
      'migration sender: Resumed OK.',
      'Migration failed due to problems at target.',
    ]);
    expect(calls).toEqual(['handOver {}', 'drop {}', 'end {"gone":false}']);
    expect([from.rc, to.rc]).toEqual([1, 0]);
  });

  it('that the engine stops', async () => {
    const sent = () => Promise.reject(refusal('Migrate pvh1 was cancelled.', 'ERROR_ABORTED'));
    const { from, to } = await migration({ sends: null, source: { 'migrate/sent': sent } });
    expect(lines(from.err).slice(1, 3)).toEqual([
      'libxl: error: Domain 7:Migrate pvh1 was cancelled.',
      'migration sender: libxl_domain_suspend failed (rc=-22)',
    ]);
    expect(lines(to.err).at(-1)).toBe(
      'libxl: error: file/stream truncated reading header from <incoming migration stream>',
    );
  });

  it('whose source does not give permission destroys the copy', async () => {
    const handOver = () => Promise.reject(refusal('Domain with name "pvh1--migratedaway" already exists.'));
    const { from, to, calls } = await migration({ source: { 'migrate/handOver': handOver } });
    expect(lines(from.err).at(-1)).toBe('Migration failed, resuming at sender.');
    expect(to.err).toContain(
      'libxl: error: file/stream truncated reading GO message from migration stream\n',
    );
    expect(calls).toEqual(['end {"gone":false}', 'drop {}']);
  });

  it('whose target dies after the permission leaves the decision to a person', async () => {
    const { first, leave, second } = pipePair();
    const channel = testChannel();
    const lab = {
      ...newLab(),
      channel,
      programs: { start: () => first, own: () => second, errIsTerminal: false },
    };
    await second.write(Buffer.from('xl migration receiver ready, send binary domain data.\n'));
    await second.write(Buffer.from('domain received, ready to unpause\0'));
    const calls: string[] = [];
    const ran = await runInLab(lab, ['migrate', 'pv1', 'lab1'], {
      'migrate/send': () => {
        setImmediate(() => channel.say({ type: 'event', event: { event: 'ended', detail: '' } }));
        return { session: 'out', ticket: 't', header };
      },
      'migrate/handOver': () => {
        leave('died due to fatal signal SIGKILL');
        return {};
      },
      'migrate/end': () => calls.push('end'),
    });
    expect(lines(ran.err)).toContain('** Migration failed during final handshake **');
    expect(ran.err).toContain('Please CHECK AT BOTH ENDS for running instances');
    expect(ran.rc).toBe(1);
    expect(calls).toEqual([]);
  });

  it('of a domain that is not there', async () => {
    expect(await runInLab(newLab(), ['migrate', '77', 'lab1'])).toMatchObject({
      rc: 1,
      err: 'unable to retrieve domain configuration\n',
    });
  });
});
