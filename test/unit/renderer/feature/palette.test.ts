import { describe, expect, it } from 'vitest';
import { bind } from '../../../../renderer/action/bound.ts';
import { appActions, domainActions, hostActions } from '../../../../renderer/action/registry.ts';
import {
  maxPaletteEntries,
  paletteEntries,
  type PaletteSource,
} from '../../../../renderer/feature/palette/palette-entries.ts';
import type { Selection } from '../../../../renderer/store/selection.store.ts';
import { aContext } from '../action/context.ts';
import { aDomain, aHost, running } from '../samples.ts';

const all = [
  aDomain('web', running(7)),
  aDomain('db', running(8)),
  ...Array.from({ length: 200 }, (_, i) => aDomain(`vm-${i}`)),
];

function aSource(selected: Selection | null = { host: 'local', domain: 'web' }) {
  const done: string[] = [];
  const source: PaletteSource = {
    hosts: [aHost()],
    domainsOf: () => all,
    selected,
    actions: { app: appActions, host: hostActions, domain: domainActions },
    bound: (action, target) =>
      bind(action, aContext(all.find(({ id }) => id === target?.domain) ?? null).context),
    run: (action, target) => void done.push(`${action.id} ${target?.domain ?? ''}`.trim()),
    go: ({ domain }) => void done.push(`go ${domain ?? 'host'}`),
    icons: { host: {}, domain: {} },
  };
  return { source, done };
}
const titles = (query: string, selected?: Selection | null): string[] =>
  paletteEntries(aSource(selected).source, query).map(({ title, note }) => `${title} · ${note}`);

describe('the palette', () => {
  it('begins with what can be done with the selected domain', () => {
    expect(titles('').slice(0, 2)).toEqual(['Pause · web', 'Shut down · web']);
  });

  it.each([
    ['pause', 'Pause · web'],
    ['pause db', 'Pause · db'],
    ['force', 'Force off · web'],
    ['kill', 'Force off · web'],
    ['dark', 'Dark theme · '],
    ['new', 'New domain · laptop'],
    ['db', 'db · Domain on laptop'],
    ['laptop', 'laptop · Host'],
    ['vm-17', 'vm-17 · Domain on laptop'],
  ])('answers “%s” with %s first', (query, expected) => {
    expect(titles(query)[0]).toBe(expected);
  });

  it('keeps what cannot be done, with the reason, behind what can', () => {
    const entries = paletteEntries(aSource().source, '');
    const run = entries.findIndex(({ title }) => title === 'Run');
    expect(entries[run]?.whyNot).toEqual({ why: 'web is running.' });
    expect(entries.slice(0, run).every(({ title }) => title !== 'Run')).toBe(true);
  });

  it('finds nothing for what is not there', () => expect(titles('qqq')).toEqual([]));

  it('is bounded', () => expect(titles('vm').length).toBe(maxPaletteEntries));

  it('runs what was chosen on what it was about', () => {
    const { source, done } = aSource();
    paletteEntries(source, 'pause db')[0]?.run();
    paletteEntries(source, 'go db')[0]?.run();
    expect(done).toEqual(['domain.pause db', 'go db']);
  });

  it('works before anything is selected', () => {
    expect(titles('', null).some((title) => title.startsWith('Light theme'))).toBe(true);
  });
});
