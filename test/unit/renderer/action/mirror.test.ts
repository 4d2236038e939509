import { describe, expect, it } from 'vitest';
import { bind } from '../../../../renderer/action/bound.ts';
import { configWrite } from '../../../../renderer/action/config-write.action.ts';
import { domainSchedule } from '../../../../renderer/action/domain-schedule.action.ts';
import {
  defineLine,
  imageLine,
  reconfigureLine,
  removeSaveLine,
  undefineLine,
} from '../../../../renderer/action/file-line.ts';
import { allActions } from '../../../../renderer/action/registry.ts';
import { withInput } from '../../../../renderer/action/xl.ts';
import { xenstoreWrite } from '../../../../renderer/action/xenstore-write.action.ts';
import { aDomain, running } from '../samples.ts';
import { aContext } from './context.ts';

/** They change nothing on any host: they show, copy or save something, or are about Domus' own list of hosts. */
const changeNothing = [
  ...['app.palette', 'app.filter', 'app.next-pane', 'app.activity', 'app.glossary', 'app.shortcuts'],
  ...['theme.light', 'theme.dark', 'theme.system', 'host.fleet', 'host.lab', 'host.wall'],
  ...['host.saves', 'host.terminal', 'host.copy-path', 'domain.pop-out', 'domain.screenshot'],
  ...['domain.copy-name', 'domain.copy-uuid', 'host.add', 'host.connect', 'host.reconnect', 'host.answer'],
  ...['host.disconnect', 'host.doctor', 'host.edit', 'host.forget', 'host.remove'],
];

/** They open a dialog, which shows the line of what it does and sends it along. */
const ask = [
  ...['domain.boot-menu', 'domain.save', 'domain.pin', 'domain.move-pool', 'domain.create'],
  ...['config.import', 'host.restore', 'pool.create', 'host.settings'],
];

const save = { path: '/var/lib/xen/save/web', savedAt: 0, bytes: 1 };
const off = aDomain('web', { newestSave: save });

describe('every action of the window', () => {
  it('has a line, or opens a dialog that has one, or changes nothing', () => {
    const { context } = aContext(off);
    const without = allActions.filter((action) => bind(action, context).xl === null).map(({ id }) => id);
    expect(without.toSorted()).toEqual([...changeNothing, ...ask].toSorted());
  });

  it('opens a dialog and does nothing else where the dialog has the line', async () => {
    for (const action of allActions.filter(({ id }) => ask.includes(id))) {
      const { context, recorded } = aContext(aDomain('web', running(7)));
      await bind(action, context).run();
      expect([action.id, recorded.calls, recorded.done.length]).toEqual([action.id, [], 1]);
      expect(recorded.done[0]).toMatch(/^open /);
    }
  });

  it('sends its line along, or mirrors it, when it changes something', async () => {
    const doing = [
      domainSchedule('credit2', { cap: 50 }),
      configWrite('name = "web"\n'),
      xenstoreWrite('/a', 'b', 'b'),
    ];
    for (const action of [...allActions, ...doing]) {
      const { context, recorded } = aContext(off, { answers: { 'display.screenshot': { png: '' } } });
      const bound = bind(action, context);
      await bound.run();
      const { xl } = bound;
      const told = recorded.calls.some(({ input }) => (input as { command?: string }).command === xl);
      const changes = recorded.calls.length > 0 && !changeNothing.includes(action.id);
      expect([action.id, !changes || told || recorded.done.includes(`mirror ${xl}`)]).toEqual([
        action.id,
        true,
      ]);
    }
  });
});

describe('lines for files', () => {
  const web = { host: 'local', name: 'web', domid: null, configPath: '/etc/xen/web.cfg' };
  const real = { ...web, host: 'prod' };

  it('writes a definition: by domus into the embedded host, by the shell on a real one', () => {
    expect(defineLine('local', '/etc/xen/web.cfg', 'a = 1\n')).toBe("domus define <<'END'\na = 1\nEND");
    expect(defineLine('prod', '/etc/xen/web.cfg', 'a = 1\n', ['xl create /etc/xen/web.cfg'])).toBe(
      "cat > /etc/xen/web.cfg <<'END' && xl create /etc/xen/web.cfg\na = 1\nEND",
    );
    expect(reconfigureLine(web, 'a = 1\n')).toBe("domus reconfigure web <<'END'\na = 1\nEND");
    expect(reconfigureLine(real, 'a = 1')).toBe("printf %s 'a = 1' | cat > /etc/xen/web.cfg");
  });

  it('deletes definitions, images and saves', () => {
    expect(undefineLine(web, ['/a b'])).toBe("domus undefine web '/a b'");
    expect(undefineLine(real, ['/a b'])).toBe("rm /etc/xen/web.cfg '/a b'");
    expect(undefineLine({ ...web, configPath: null }, [])).toBeNull();
    expect(removeSaveLine('local', '/s')).toBe('domus remove-save /s');
    expect(removeSaveLine('prod', '/s')).toBe('rm /s');
  });

  it('makes images', () => {
    expect(imageLine('local', '/i', { sizeMiB: 8, format: 'raw' })).toBe('domus make-image /i 8M');
    expect(imageLine('local', '/i', { of: '/o' })).toBe('domus make-image /i --copy /o');
    expect(imageLine('prod', '/i', { of: '/o' })).toBe('cp --sparse=always /o /i');
    expect(imageLine('prod', '/i', { sizeMiB: 8, format: 'vhd' })).toBe('qemu-img create -f vpc /i 8M');
    expect(imageLine('prod', '/var/lib/xen/images/i', { sizeMiB: 8, format: 'raw' })).toBe(
      'mkdir -p /var/lib/xen/images && truncate -s 8M /var/lib/xen/images/i',
    );
  });

  it('copes with a text that has the word of its end in it, and with one too long to be typed', () => {
    expect(withInput('x', 'END\n')).toBe("x <<'END_OF_FILE'\nEND\nEND_OF_FILE");
    expect(withInput('x', 'a'.repeat(1 << 16))).toBeNull();
  });
});
