import { describe, expect, it } from 'vitest';
import { cfgTokens } from '../../../../renderer/ui/cfg-tokens.ts';
import { lookOf, stateLooks } from '../../../../renderer/ui/domain-state.ts';
import {
  countOf,
  formatBytes,
  formatDuration,
  formatElapsed,
  formatKiB,
  formatPercent,
  formatRate,
} from '../../../../renderer/ui/format.ts';

describe('figures as a person reads them', () => {
  it.each([
    [formatKiB(0), '0 KiB'],
    [formatKiB(65_536), '64 MiB'],
    [formatKiB(1_572_864), '1.5 GiB'],
    [formatKiB(4_194_304), '4 GiB'],
    [formatKiB(12_530_483), '11.9 GiB'],
    [formatBytes(512), '512 B'],
    [formatBytes(5_242_880), '5 MiB'],
    [formatRate(0), '0 B/s'],
    [formatRate(1_250_000), '1.3 MB/s'],
    [formatRate(300_000), '300 kB/s'],
    [formatPercent(0), '0 %'],
    [formatPercent(0.44), '0.4 %'],
    [formatPercent(37.6), '38 %'],
    [formatPercent(9.96), '10 %'],
    [formatDuration(0), '0 s'],
    [formatDuration(12_900), '12 s'],
    [formatDuration(60_000), '1 min'],
    [formatDuration(8_040_000), '2 h 14 min'],
    [formatDuration(273_600_000), '3 d 4 h'],
    [formatDuration(86_400_000), '1 d'],
    [formatDuration(-5), '0 s'],
    [formatElapsed(1130), '1.1 s'],
    [formatElapsed(65_000), '1 min'],
    [countOf(1, 'domain'), '1 domain'],
    [countOf(3, 'domain'), '3 domains'],
  ])('%s', (text, expected) => expect(text).toBe(expected));
});

describe('how a state looks', () => {
  it('differs by shape and not by colour alone, except that running and blocked are the same', () => {
    const { blocked, ...others } = stateLooks;
    expect(blocked).toEqual(others.running);
    const shapes = Object.values(others).map(({ shape }) => shape);
    expect(new Set(shapes).size).toBe(shapes.length);
  });

  it('puts what is being done before what is', () => {
    expect(lookOf({ state: 'off', letters: '------' }, 'starting')).toMatchObject({
      label: 'Starting…',
      shape: 'busy',
    });
    expect(lookOf({ state: 'paused', letters: '------' }, null).label).toBe('Paused');
  });
});

describe('the colours of an xl.cfg', () => {
  const text = '# head\nname = "web"  # it\nmemory = 64\nextra += \'a=1\'\ndisk = [ "open\n';

  it('lose no character', () => {
    expect(
      cfgTokens(text)
        .map((token) => token.text)
        .join(''),
    ).toBe(text);
  });

  it('tell keys, texts, numbers and comments apart', () => {
    const kinds = cfgTokens(text).filter(({ kind }) => kind !== 'plain');
    expect(kinds.slice(0, 6).map(({ kind, text: part }) => [kind, part])).toEqual([
      ['comment', '# head'],
      ['key', 'name'],
      ['text', '"web"'],
      ['comment', '# it'],
      ['key', 'memory'],
      ['number', '64'],
    ]);
  });

  it('take no time on a long line', () => {
    expect(cfgTokens('a'.repeat(200_000)).length).toBeGreaterThan(0);
  });
});
