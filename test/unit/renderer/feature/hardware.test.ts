import { describe, expect, it } from 'vitest';
import {
  type HardwareField,
  type HardwareItem,
  hardwareKind,
  hardwareSettings,
} from '../../../../engine/api/hardware.ts';
import { valueText, wordsOf } from '../../../../renderer/feature/form/field-words.ts';
import { pendingItems } from '../../../../renderer/feature/hardware/pending.ts';

const aField = (name: string, patch: Partial<HardwareField> = {}): HardwareField => ({
  name,
  live: 64,
  configured: 64,
  editable: 'restart',
  ...patch,
});
const anItem = (id: string, patch: Partial<HardwareItem> = {}): HardwareItem => ({
  id,
  kind: hardwareKind.parse(id.split(':')[0]),
  title: id,
  summary: '',
  inDomain: true,
  inFile: true,
  state: null,
  fields: [],
  removeLive: null,
  removeConfigured: null,
  ...patch,
});
const pendingIn = (...items: HardwareItem[]) =>
  pendingItems({ items, addable: [], agent: false }).map(({ item, change, fields }) => [
    item.id,
    change,
    ...fields.map(({ name }) => name),
  ]);

describe('what the next start changes', () => {
  const overview = anItem('overview');

  it('is a value of the file that differs from the running one', () => {
    const fields = [aField('memoryMiB', { configured: 96 }), aField('maxMemoryMiB')];
    expect(pendingIn(anItem('memory', { fields }))).toEqual([['memory', 'fields', 'memoryMiB']]);
  });

  it('is a device that is on one side only', () => {
    expect(
      pendingIn(overview, anItem('vbd:xvdb', { inDomain: false }), anItem('vif:1', { inFile: false })),
    ).toEqual([
      ['vbd:xvdb', 'comes'],
      ['vif:1', 'goes'],
    ]);
  });

  it('is not what the host decides, nor what it leaves out', () => {
    const vcpus = aField('vcpus', { live: 1, configured: 4, editable: 'no', why: 'One is all there is.' });
    expect(
      pendingIn(
        anItem('cpu', { fields: [vcpus] }),
        anItem('sound', { inDomain: false, leftOut: 'It has no sound card.' }),
      ),
    ).toEqual([]);
  });

  it('is nothing for a domain that is off, and for one without a file', () => {
    const off = { inDomain: false, fields: [{ name: 'memoryMiB', configured: 96, editable: 'restart' }] };
    expect(pendingIn(anItem('memory', off as Partial<HardwareItem>))).toEqual([]);
    expect(pendingIn(anItem('memory', { inFile: false, fields: [aField('memoryMiB')] }))).toEqual([]);
  });
});

describe('words', () => {
  it('name every setting of every kind', () => {
    for (const [kind, schema] of Object.entries(hardwareSettings))
      for (const name of Object.keys(schema.shape))
        expect(wordsOf(hardwareKind.parse(kind), name).label, `${kind}.${name}`).not.toBe(name);
  });

  it.each([
    ['memory', 'memoryMiB', 96, '96 MiB'],
    ['vif', 'link', false, 'no'],
    ['vif', 'mac', null, 'made up at start'],
    ['boot', 'ramdisk', '', 'none'],
    ['vbd', 'path', null, 'empty'],
  ] as const)('say what a value means: %s.%s = %s', (kind, name, value, text) => {
    expect(valueText(kind, name, value)).toBe(text);
  });
});
