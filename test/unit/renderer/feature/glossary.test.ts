import { describe, expect, it } from 'vitest';
import { findTerms, termOf, terms } from '../../../../renderer/feature/glossary/terms.ts';

describe('the glossary', () => {
  it('has each word once, and every reference leads somewhere', () => {
    expect(new Set(terms.map(({ id }) => id)).size).toBe(terms.length);
    expect(terms.flatMap(({ see }) => see).filter((id) => !termOf(id))).toEqual([]);
  });

  it.each(['domain', 'domid', 'dom0', 'vcpu', 'vbd', 'vif', 'pv', 'pvh', 'hvm', 'xenstore', 'weight', 'cap'])(
    'explains %s',
    (id) => expect(termOf(id)?.text.length).toBeGreaterThan(20),
  );

  it.each([
    ['vif', 'vif'],
    ['CPUPOOL', 'pool'],
    ['balloon', 'ballooning'],
    ['virtual machine', 'domain'],
    ['xl dmesg', 'ring'],
  ])('finds “%s”, the word itself first', (query, first) => expect(findTerms(query)[0]?.id).toBe(first));

  it('finds nothing for nonsense, all for nothing', () => {
    expect(findTerms('qqq')).toEqual([]);
    expect(findTerms('')).toHaveLength(terms.length);
  });
});
