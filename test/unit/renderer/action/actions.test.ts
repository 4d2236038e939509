import { describe, expect, it } from 'vitest';
import type { DomainInfo, DomainState } from '../../../../engine/api/domain.ts';
import { bind, execute } from '../../../../renderer/action/bound.ts';
import { actionById, allActions, domainActions } from '../../../../renderer/action/registry.ts';
import { fakeDom0 } from '../../../support/fake-host.ts';
import { aDomain, running } from '../samples.ts';
import { aContext } from './context.ts';

const inState = (state: DomainState): DomainInfo =>
  aDomain('web', state === 'off' ? {} : { ...running(7), state });

const states: readonly DomainState[] = [
  'off',
  'running',
  'blocked',
  'paused',
  'shutdown',
  'crashed',
  'dying',
];

/** In which states each command can run: the engine's Host interface, as the window knows it. */
const legal: Record<string, readonly DomainState[]> = {
  'domain.start': ['off'],
  'domain.start-paused': ['off'],
  'domain.pause': ['running', 'blocked'],
  'domain.unpause': ['paused'],
  'domain.shutdown': ['running', 'blocked'],
  'domain.reboot': ['running', 'blocked'],
  'domain.destroy': ['running', 'blocked', 'paused', 'shutdown', 'crashed'],
  'domain.remove': ['off'],
  'domain.console': states,
  'domain.display': states,
  'domain.pop-out': states,
  'domain.screenshot': states.filter((state) => state !== 'off' && state !== 'dying'),
  'domain.copy-name': states,
  'domain.copy-uuid': states,
};

const stateOf = (id: string, domain: DomainInfo | null, patch = {}) =>
  bind(actionById(id), aContext(domain, patch).context).state;

describe('every action', () => {
  it('has an id, a title and an icon of its own', () => {
    expect(new Set(allActions.map(({ id }) => id)).size).toBe(allActions.length);
    for (const { title, icon } of allActions) expect([title.length > 0, Boolean(icon)]).toEqual([true, true]);
  });

  it('has a shortcut that no other has', () => {
    const keys = allActions.flatMap(({ shortcut }) => shortcut ?? []);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('asks first when it is destructive, naming the domain and what is lost', () => {
    const { context } = aContext(inState('off'));
    for (const action of domainActions) {
      const { question } = bind(action, context);
      // Deleting asks in a dialog of its own, which has the domain's storage to choose from.
      if (action.id === 'domain.remove') continue;
      expect(question !== null).toBe(action.destructive === true);
      if (!question) continue;
      expect(question.title).toContain('web');
      expect(question.text).toMatch(/lost/);
      expect(question.text).toMatch(/disks stay/);
    }
  });
});

describe.each(Object.entries(legal))('%s', (id, allowed) => {
  it.each(states)('in state %s', (state) => {
    const result = stateOf(id, inState(state));
    if (allowed.includes(state)) return expect(result).toBe(true);
    expect(result).toMatchObject({ why: expect.stringContaining('web') });
  });
});

describe('why not', () => {
  it.each([
    ['domain.pause', inState('off'), 'domain.start'],
    ['domain.start', inState('paused'), 'domain.unpause'],
    ['domain.start', inState('crashed'), 'domain.destroy'],
    ['domain.remove', inState('running'), 'domain.shutdown'],
    ['domain.shutdown', inState('off'), undefined],
    ['domain.destroy', inState('off'), undefined],
  ])('%s offers what would help', (id, domain, fix) => {
    const state = stateOf(id, domain);
    expect(state === true ? 'can run' : state.fix).toBe(fix);
    if (fix) expect(stateOf(fix, domain)).toBe(true);
  });

  it('says so when there is no engine', () => {
    expect(stateOf('domain.start', inState('off'), { online: false })).toMatchObject({
      why: expect.stringContaining('connection'),
    });
  });

  it('says what is under way', () => {
    expect(stateOf('domain.pause', inState('running'), { operation: 'rebooting' })).toEqual({
      why: 'web is rebooting.',
    });
  });

  it('lets a guest that does not shut down be forced off', () => {
    expect(stateOf('domain.destroy', inState('running'), { operation: 'shutting-down' })).toBe(true);
  });

  it.each(Object.keys(legal).filter((id) => !id.includes('copy')))(
    '%s is refused for Domain-0 in words of its own',
    (id) => expect(stateOf(id, fakeDom0())).toMatchObject({ why: expect.stringContaining('Domain-0') }),
  );

  it('asks for a domain where none is selected', () => {
    expect(stateOf('domain.pause', null)).toEqual({ why: 'Select a domain first.' });
  });
});

describe('the line that does the same', () => {
  it.each([
    ['domain.start', 'xl create /etc/xen/web.cfg'],
    ['domain.start-paused', 'xl create -p /etc/xen/web.cfg'],
    ['domain.pause', 'xl pause web'],
    ['domain.unpause', 'xl unpause web'],
    ['domain.shutdown', 'xl shutdown web'],
    ['domain.reboot', 'xl reboot web'],
    ['domain.destroy', 'xl destroy web'],
    ['domain.console', 'xl console web'],
    ['domain.display', 'xl vncviewer web'],
    ['domain.remove', 'domus undefine web'],
    ['domain.copy-name', null],
    ['domain.create', null],
  ])('%s: %s', (id, line) => {
    expect(bind(actionById(id), aContext(inState('off')).context).xl).toBe(line);
  });

  it.each([
    ['a space', 'my vm', "xl pause 'my vm'"],
    ['a quote', "it's", `xl pause 'it'\\''s'`],
    ['digits only: read as a domid, so the domid is given', '42', 'xl pause 7'],
  ])('copes with a name with %s', (_what, name, line) => {
    const domain = aDomain(name, running(7));
    expect(bind(actionById('domain.pause'), aContext(domain).context).xl).toBe(line);
  });
});

describe('running an action', () => {
  const yes = { confirm: async () => true, fail: () => undefined };

  it('sends the line along, so that the task carries it', async () => {
    const { context, recorded } = aContext(inState('running'));
    expect(await execute(bind(actionById('domain.pause'), context), yes)).toBe(true);
    expect(recorded).toEqual({
      done: ['pausing web'],
      calls: [{ call: 'domain.pause', input: { host: 'local', domain: 'web', command: 'xl pause web' } }],
    });
  });

  it('does nothing when the question is answered no', async () => {
    const { context, recorded } = aContext(inState('running'));
    const no = { confirm: async () => false, fail: () => undefined };
    expect(await execute(bind(actionById('domain.destroy'), context), no)).toBe(false);
    expect(recorded.calls).toEqual([]);
  });

  it('does nothing when it cannot run', async () => {
    const { context, recorded } = aContext(inState('off'));
    expect(await execute(bind(actionById('domain.pause'), context), yes)).toBe(false);
    expect(recorded.calls).toEqual([]);
  });

  it('reports a failure by what was tried', async () => {
    const { context } = aContext(inState('running'), { answers: { 'domain.pause': new Error('no') } });
    const failures: string[] = [];
    const runner = { confirm: async () => true, fail: (title: string) => void failures.push(title) };
    expect(await execute(bind(actionById('domain.pause'), context), runner)).toBe(false);
    expect(failures).toEqual(['Pause failed']);
  });

  it('opens the console where the person then is, and mirrors the line', async () => {
    const { context, recorded } = aContext(inState('running'));
    await execute(bind(actionById('domain.console'), context), yes);
    expect(recorded.done).toEqual(['console web serial', 'mirror xl console web']);
  });

  it('says which storage is still there, and can be undone all the same', async () => {
    const answers = {
      'domain.remove': { task: 't', text: 'name = "web"\n', problem: 'Not all could be deleted.' },
      'domain.define': { task: 'u', domain: 'w2' },
    };
    const { context, recorded } = aContext(inState('off'), { answers });
    await bind(actionById('domain.remove'), context).runInBulk();
    expect(recorded.done).toContain('notice Deleted the definition of web');
    expect(recorded.calls.map(({ call }) => call)).toEqual(['domain.remove', 'domain.define']);
  });

  it('can be undone: a deleted definition is put back from its text', async () => {
    const answers = {
      'domain.remove': { task: 't', text: 'name = "web"' },
      'domain.define': { task: 'u', domain: 'w2' },
    };
    const { context, recorded } = aContext(inState('off'), { answers });
    await bind(actionById('domain.remove'), context).runInBulk();
    await Promise.resolve();
    expect(recorded.calls.map(({ call }) => call)).toEqual(['domain.remove', 'domain.define']);
    expect(recorded.calls[1]?.input).toEqual({
      host: 'local',
      text: 'name = "web"',
      command: `printf %s 'name = "web"' | domus define`,
    });
    expect(recorded.done).toContain('go local/w2');
  });
});
