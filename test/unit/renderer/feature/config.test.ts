import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readField, writeField } from '../../../../renderer/feature/config/cfg-fields.ts';

const text = `# a guest
name = "web"
memory=64   # MiB
vcpus   = 2
vif = [ "bridge=xenbr0",
  "memory = 12" ]
cmdline = 'console="ttyS0" # no comment'
extra = "a"
extra += "b"
on_crash = "restart"
on_crash = "preserve"
`;

describe('fields of an xl.cfg', () => {
  it.each([
    ['name', { kind: 'text', value: 'web' }],
    ['memory', { kind: 'number', value: '64' }],
    ['vcpus', { kind: 'number', value: '2' }],
    ['cmdline', { kind: 'text', value: 'console="ttyS0" # no comment' }],
    ['on_crash', { kind: 'text', value: 'preserve' }],
    ['vif', { kind: 'other' }],
    ['extra', { kind: 'other' }],
    ['kernel', { kind: 'absent' }],
  ])('reads %s', (key, expected) => expect(readField(text, key)).toEqual(expected));

  it('changes a value and nothing else: comments, blanks and order stay', () => {
    expect(writeField(text, 'memory', 'number', '128')).toBe(text.replace('memory=64', 'memory=128'));
    expect(writeField(text, 'on_crash', 'text', 'destroy')).toBe(text.replace('"preserve"', '"destroy"'));
  });

  it.each([
    ['kernel', 'text', '/boot/vmlinuz', `${text}kernel = "/boot/vmlinuz"\n`],
    ['cmdline', 'text', 'a "b"', text.replace(/'.*'/, `'a "b"'`)],
    ['vcpus', 'number', '', text.replace('vcpus   = 2\n', '')],
    ['kernel', 'text', '', text],
    ['memory', 'number', 'lots', text.replace('=64', '="lots"')],
  ] as const)('writes %s (%s) “%s”', (key, kind, value, expected) =>
    expect(writeField(text, key, kind, value)).toBe(expected),
  );

  it.each([
    ['vif', 'x'],
    ['extra', 'x'],
    ['cmdline', `both " and '`],
    ['cmdline', 'two\nlines'],
  ])('leaves %s to the text when %j cannot be written', (key, value) =>
    expect(writeField(text, key, 'text', value)).toBeNull(),
  );

  it('reads what it wrote, in any text', () => {
    fc.assert(
      fc.property(fc.string(), fc.string({ minLength: 1 }), (before, value) => {
        const after = writeField(`${before}\n`, 'kernel', 'text', value);
        const now = after === null ? null : readField(after, 'kernel');
        // A bracket that never closes swallows the rest, as it does for xl.
        if (now && now.kind !== 'absent') expect(now).toEqual({ kind: 'text', value });
      }),
    );
  });
});
