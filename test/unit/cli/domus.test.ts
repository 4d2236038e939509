import { describe, expect, it } from 'vitest';
import type { DomusContext } from '../../../engine/cli/domus/command.ts';
import { runDomus } from '../../../engine/cli/domus/program.ts';
import { EngineFailure, type XlClient } from '../../../engine/cli/engine-client.ts';
import { Exit } from '../../../engine/cli/xl/context.ts';
import { aDomain, running } from '../renderer/samples.ts';

/** `domus` against an engine that answers with `answers` and writes down what it is asked. */
async function domus(words: string, answers: Record<string, unknown> = {}) {
  const calls: [string, unknown][] = [];
  const images: unknown[] = [];
  const domains = [aDomain('web', running(7)), aDomain('42', { id: 'other', domid: 9 })];
  const known: Record<string, unknown> = {
    'state.snapshot': { objects: domains.map((value) => ({ kind: 'domain', value })) },
    ...answers,
  };
  const group = (name: string): unknown =>
    new Proxy(
      {},
      {
        get: (_, verb: string) => async (input: unknown) => {
          const call = `${name}.${verb}`;
          if (call !== 'state.snapshot') calls.push([call, input]);
          const answer = known[call] ?? { hint: null };
          if (answer instanceof Error) throw answer;
          return answer;
        },
      },
    );
  const client = new Proxy({}, { get: (_, name: string) => group(name) }) as XlClient;
  let [out, err] = ['', ''];
  const context = {
    host: 'local',
    line: `domus ${words}`,
    out: (text: string) => void (out += text),
    err: (text: string) => void (err += text),
    engine: async () => ({ client }),
    files: { read: async (path: string) => ({ text: `text of ${path}`, source: path }) },
    readInput: async () => 'typed',
    makeImage: async (...image: unknown[]) => void images.push(image),
  } as unknown as DomusContext;
  const code = await runDomus(words.split(' '), context).catch((error: unknown) => {
    if (!(error instanceof Exit)) throw error;
    err += error.text;
    return error.code;
  });
  return { code, out, err, calls, images };
}

const web = (words: string) => ({ host: 'local', domain: 'web', command: `domus ${words}` });

describe('domus on hardware', () => {
  it.each([
    ['set web memory memoryMiB=64 --next', { id: 'memory', values: { memoryMiB: 64 }, scope: 'next' }],
    [
      'set 7 boot autostart=true cmdline=a=b',
      { id: 'boot', values: { autostart: true, cmdline: 'a=b' }, scope: 'both' },
    ],
    [
      'set web vif:0 rate= link=false --now',
      { id: 'vif:0', values: { rate: null, link: false }, scope: 'now' },
    ],
    ['set web cpu cpus=0 weight=512', { id: 'cpu', values: { cpus: '0', weight: 512 }, scope: 'both' }],
    [
      'set web vfb port=5901 --next password=1234',
      { id: 'vfb', values: { port: 5901, password: '1234' }, scope: 'next' },
    ],
  ])('%s', async (line, change) => {
    const { code, calls } = await domus(line);
    expect([code, calls]).toEqual([0, [['hardware.change', { ...web(line), ...change }]]]);
  });

  it('adds, removes, inserts and reverts', async () => {
    const add = 'add web vbd vdev=xvdb path=/b.img --new-image 16 --next';
    expect((await domus(add)).calls).toEqual([
      [
        'hardware.add',
        {
          ...web(add),
          device: { kind: 'vbd', settings: { vdev: 'xvdb', path: '/b.img' } },
          scope: 'next',
          newImageMiB: 16,
        },
      ],
    ]);
    const remove = 'remove web vbd:xvdb --force --now';
    expect((await domus(remove)).calls).toEqual([
      ['hardware.remove', { ...web(remove), id: 'vbd:xvdb', force: true, scope: 'now' }],
    ]);
    expect((await domus('insert web vbd:hdc')).calls[0]?.[1]).toMatchObject({ path: null, scope: 'both' });
    expect((await domus('revert web vif:0 rate')).calls[0]?.[1]).toMatchObject({ fields: ['rate'] });
    expect((await domus('revert web vif:0')).calls[0]?.[1]).not.toHaveProperty('fields');
  });

  it('says what has to be typed in a guest without an agent', async () => {
    const { err } = await domus('add web rng', { 'hardware.add': { hint: 'rescan' } });
    expect(err).toBe('Type in the guest: rescan\n');
  });

  it('shows every setting, and what it will be', async () => {
    const item = { id: 'memory', title: 'Memory', inDomain: true, inFile: true };
    const fields = [{ name: 'memoryMiB', live: 64, configured: 96 }];
    const { out } = await domus('hardware web', { 'hardware.view': { items: [{ ...item, fields }] } });
    expect(out).toBe('memory  Memory\n  memoryMiB=64  (next start: 96)\n');
  });

  it.each([
    ['set web memory', 2, /^Usage: domus set DOMAIN ITEM/],
    ['set web memory memoryMiB', 2, /not of the form NAME=VALUE/],
    ['set web memory size=1', 2, /memory has no size. It has: memoryMiB, maxMemoryMiB/],
    ['set web nothing a=1', 2, /nothing is no item of hardware/],
    ['set db memory memoryMiB=64', 1, /there is no domain db/],
    ['set 42 memory memoryMiB=64', 1, /there is no domain 42/],
    ['remove web', 2, /^Usage: domus remove/],
    ['add web rng --new-image big', 2, /size in MiB/],
  ])('refuses %s', async (line, code, text) => {
    const result = await domus(line);
    expect([result.code, result.calls]).toEqual([code, []]);
    expect(result.err).toMatch(text);
  });

  it('passes a refusal of the engine on, with what helps', async () => {
    const refusal = new EngineFailure('ERROR_INVAL', 'It is off.', 'Start it.');
    const { code, err } = await domus('set web memory memoryMiB=64', { 'hardware.change': refusal });
    expect([code, err]).toEqual([1, 'domus: It is off.\ndomus: Start it.\n']);
  });
});

describe('domus on files and the host', () => {
  it.each([
    ['define', 'domain.define', { host: 'local', text: 'typed', command: 'domus define' }],
    [
      'define /a.cfg',
      'domain.define',
      { host: 'local', text: 'text of /a.cfg', command: 'domus define /a.cfg' },
    ],
    ['reconfigure web -', 'config.write', { ...web('reconfigure web -'), text: 'typed' }],
    ['undefine web /a /b', 'domain.remove', { ...web('undefine web /a /b'), volumes: ['/a', '/b'] }],
    ['remove-save /s', 'save.remove', { host: 'local', path: '/s', command: 'domus remove-save /s' }],
    ['memory 2048', 'host.configure', { host: 'local', memoryMiB: 2048, command: 'domus memory 2048' }],
  ])('%s', async (line, call, input) => {
    expect((await domus(line)).calls).toEqual([[call, input]]);
  });

  it('makes images', async () => {
    expect((await domus('make-image /a 2G')).images).toEqual([['/a', { kind: 'blank', bytes: 2 ** 31 }]]);
    expect((await domus('make-image /a --copy /b')).images).toEqual([['/a', { kind: 'copy', of: '/b' }]]);
    expect((await domus('make-image /a huge')).err).toMatch(/"huge" is no size/);
    expect((await domus('make-image /a')).code).toBe(2);
  });

  it('changes single rules of the end', async () => {
    const rules = { save: true, restore: true, autoOnly: false, maxWaitSeconds: 300 };
    const { calls } = await domus('at-end save=false maxWaitSeconds=60', { 'save.rules': rules });
    expect(calls.at(-1)).toEqual([
      'save.setRules',
      { host: 'local', rules: { ...rules, save: false, maxWaitSeconds: 60 } },
    ]);
    expect((await domus('at-end save=maybe', { 'save.rules': rules })).err).toMatch(
      /"save=maybe" is no rule/,
    );
  });
});
