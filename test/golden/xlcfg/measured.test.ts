import { describe, expect, it } from 'vitest';
import {
  diskErrorText,
  parseConfig,
  parseDisk,
  parsePci,
  parseRate,
  printDomainJson,
  toDomainConfig,
} from '../../../engine/xlcfg/index.ts';
import { rateErrorText } from '../../../engine/xlcfg/device/rate.ts';
import { SettingReader } from '../../../engine/xlcfg/reader.ts';
import { HOST, jsonLines } from './support.ts';

interface Measured {
  in: string;
  err?: string;
  rc?: number;
  json?: Record<string, unknown>;
  set?: Record<string, unknown>;
}

const shown = ({ in: input }: Measured): string => JSON.stringify(input);
const lines = (texts: readonly string[]): string => texts.map((text) => `${text}\n`).join('');

/** Runs all cases of a file in one test: there are hundreds of them and each is tiny. */
function agree(path: string, answer: (input: string) => Omit<Measured, 'in'>, ordered = false): void {
  for (const measured of jsonLines<Measured>(path)) {
    const { in: input, ...expected } = measured;
    const given = JSON.parse(JSON.stringify(answer(input))) as unknown;
    expect(given, shown(measured)).toEqual(expected);
    if (ordered) expect(JSON.stringify(given)).toBe(JSON.stringify(expected));
  }
}

describe('agreement with the tools of Xen 4.17', () => {
  it('on settings and error texts of generated files', () => {
    agree('measured/parse.jsonl', (input) => {
      const document = parseConfig(input, 'SRC');
      const err = document.diagnostics.map(({ text }) => text);
      if (!document.ok) return { err: lines(err), rc: 22 };
      const set: Record<string, unknown> = {};
      const reader = new SettingReader(document, (_, text) => void err.push(text));
      for (const key of ['a', 'b', 'c']) {
        const value = document.settings.get(key)?.value;
        if (value === undefined) continue;
        set[key] = value;
        const number = reader.integer(key);
        if (number !== undefined) set[`${key}n`] = String(number);
      }
      return { ...(err.length > 0 ? { err: lines(err) } : {}), set };
    });
  });

  it('on disk specifications', () => {
    agree('measured/disk.jsonl', (input) => {
      const result = parseDisk(input);
      if (result.ok) return { json: { ...result.disk } };
      return { err: lines(result.errors.map((error) => diskErrorText('SRC', result.spec, error))), rc: 22 };
    });
  });

  it('on rates', () => {
    agree('measured/rate.jsonl', (input) => {
      const result = parseRate(input);
      if (!result.ok)
        return {
          err: lines([rateErrorText('SRC', result.what, result.near)]),
          rc: result.what.endsWith('overflow') ? 75 : 22,
        };
      const { bytesPerInterval, intervalMicroseconds } = result.rate;
      const bytes = bytesPerInterval === 0n ? {} : { rate_bytes_per_interval: Number(bytesPerInterval) };
      return { json: { ...bytes, rate_interval_usecs: intervalMicroseconds } };
    });
  });

  it('on PCI specifications', () => {
    agree('measured/pci.jsonl', (input) => {
      const result = parsePci(input, { rdm_policy: 'invalid' });
      if (!result.ok)
        return { rc: -result.rc, ...(result.detail === undefined ? {} : { err: result.detail }) };
      const set = Object.entries(result.pci).filter(
        ([, value]) => value !== 0 && value !== false && value !== 'invalid',
      );
      return set.length === 0 ? {} : { json: Object.fromEntries(set) };
    });
  });

  it('on whole configurations: exit code, stderr and JSON, field order included', () => {
    agree(
      'measured/create.jsonl',
      (input) => {
        const { config, messages, rc } = toDomainConfig(parseConfig(input, 'c.cfg'), HOST);
        const err = messages.map(({ text }) => text).join('\n');
        const printed = err === '' ? {} : { err };
        if (config === undefined) return { rc, ...printed };
        const json = JSON.parse(printDomainJson(config)) as { c_info: Record<string, unknown> };
        delete json.c_info.uuid;
        return { rc, ...printed, json };
      },
      true,
    );
  });
});
