import { describe, expect, it } from 'vitest';
import type { DomainRow } from '../../../../engine/api/dom0.ts';
import type { DomainLine } from '../../../../renderer/feature/host/domain-columns.ts';
import { exportDomains } from '../../../../renderer/feature/host/domain-export.ts';
import {
  chooseAll,
  chooseRow,
  keepShown,
  noRows,
  pressKey,
  type RowSelection,
} from '../../../../renderer/feature/host/row-selection.ts';
import { lettersInWords } from '../../../../renderer/feature/host/state-letters.ts';
import { aDomain, mib, running } from '../samples.ts';

const order = ['a', 'b', 'c', 'd', 'e'];
const chosen = ({ chosen: ids }: RowSelection): string => [...ids].sort().join('');
const plain = { shiftKey: false, ctrlKey: false, metaKey: false };

/** Presses keys one after the other; `^` is Ctrl, `+` is Shift. */
function press(from: RowSelection, ...keys: string[]): RowSelection {
  return keys.reduce((selection, key) => {
    const event = {
      ...plain,
      key: key.replace(/^[+^](?=.)/, ''),
      shiftKey: /^\+./.test(key),
      ctrlKey: /^\^./.test(key),
    };
    return pressKey(selection, order, event, 3) ?? selection;
  }, from);
}

describe('choosing rows', () => {
  it.each([
    ['a click takes one alone', [['b', 'only']], 'b'],
    ['a second click lets the first go', [['b', 'only'], ['d', 'only']], 'd'], // prettier-ignore
    ['Ctrl adds', [['b', 'only'], ['d', 'toggle']], 'bd'], // prettier-ignore
    ['Ctrl takes out', [['b', 'only'], ['d', 'toggle'], ['b', 'toggle']], 'd'], // prettier-ignore
    ['Shift takes all between', [['b', 'only'], ['d', 'range']], 'bcd'], // prettier-ignore
    ['Shift upwards too, from the same end', [['c', 'only'], ['e', 'range'], ['a', 'range']], 'abc'], // prettier-ignore
  ] as const)('%s', (_what, clicks, expected) => {
    const end = clicks.reduce((selection, [id, mode]) => chooseRow(selection, order, id, mode), noRows);
    expect(chosen(end)).toBe(expected);
  });

  it.each([
    [['ArrowDown', ' '], 'a', 'a'],
    [['End', ' '], 'e', 'e'],
    [['End', 'ArrowDown', 'ArrowUp', ' '], 'd', 'd'],
    [['ArrowDown', '+ArrowDown', '+ArrowDown'], 'abc', 'c'],
    [['ArrowDown', '+ArrowDown', '+ArrowDown', '+ArrowUp'], 'ab', 'b'],
    [['PageDown', 'PageDown', 'PageUp', ' '], 'b', 'b'],
    [['^a'], 'abcde', null],
    [['^a', 'Escape'], '', null],
    [['ArrowDown', ' ', ' '], '', 'a'],
  ])('by keys %j', (keys, expected, active) => {
    const end = press(noRows, ...keys);
    expect([chosen(end), end.active]).toEqual([expected, active]);
  });

  it('leaves keys alone that mean nothing here', () => {
    expect(pressKey(noRows, order, { ...plain, key: 'x' }, 3)).toBeNull();
    expect(pressKey(noRows, [], { ...plain, key: 'ArrowDown' }, 3)).toBeNull();
  });

  it('lets go of what the filter hides, and is the same object when nothing changed', () => {
    const all = chooseAll(press(noRows, 'End'), order);
    expect(keepShown(all, order)).toBe(all);
    const left = keepShown(all, ['b', 'c']);
    expect([chosen(left), left.active]).toEqual(['bc', null]);
  });
});

describe('state letters', () => {
  it.each([
    ['r-----', /running/],
    ['-b----', /blocked/],
    ['--p---', /paused/],
    ['---sr-', /shut down, asked for a reboot/],
    ['---sc-', /crashed/],
    ['------', /neither/],
  ])('%s', (letters, words) => expect(lettersInWords(letters)).toMatch(words));
});

describe('export', () => {
  const row = {
    letters: 'r-----',
    cpuTimeNs: 2.5e9,
    maxMemoryKiB: 65 * mib,
    vcpusOnline: 1,
    vifs: [{ devid: 0, rxBytes: 10, txBytes: 20 }],
    vbds: [],
  } as unknown as DomainRow;
  const line = (name: string): DomainLine => ({
    domain: aDomain(name, running(3)),
    host: 'laptop',
    sample: null,
    row,
    hostMemoryKiB: 640 * mib,
    now: 1000,
  });
  const at = Date.UTC(2024, 0, 2, 3, 4, 5);

  it('JSON has raw figures under names with units', () => {
    const file = exportDomains('laptop', [line('web')], 'json', at);
    expect(file.name).toBe('laptop-domains-2024-01-02T030405.json');
    expect(JSON.parse(file.text)).toMatchObject([
      { name: 'web', domid: 3, memory_percent: 10, net_tx_bytes: 20, cpu_seconds: 2.5, uptime_ms: 1000 },
    ]);
  });

  it('CSV has one line each; no name becomes a formula or breaks a line', () => {
    const { text } = exportDomains('laptop', [line('=cmd()'), line('a"b,c')], 'csv', at);
    const [head, first, second, end] = text.split('\r\n');
    expect(head).toMatch(/^name,state,domid,cpu_seconds/);
    expect(first).toMatch(/^'=cmd\(\),Running,3,2\.5,/);
    expect(second).toMatch(/^"a""b,c",/);
    expect(end).toBe('');
  });
});
