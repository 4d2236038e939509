import { describe, expect, it } from 'vitest';
import { parseConfig, printDomainJson, toDomainConfig } from '../../../engine/xlcfg/index.ts';
import { fixture, HOST } from './support.ts';

describe('the text xl create -n printed on a real host', () => {
  it.each(['pv', 'bad-mac', 'old-builder'])('%s', (name) => {
    const printed = fixture(`transcripts/${name}.out`);
    const uuid = /"uuid": "([^"]+)"/.exec(printed)?.[1] ?? '';
    const document = parseConfig(fixture(`transcripts/${name}.cfg`), `${name}.cfg`);
    const { config } = toDomainConfig(document, { ...HOST, randomUuid: () => uuid });
    expect(printDomainJson(config ?? {})).toBe(printed);
  });
});

const KERNEL = 'kernel="/k"\n';
const NAMED = `name="g"\n${KERNEL}`;

describe('stderr of a real host', () => {
  it.each([
    [
      'name = "bad\nmemory = \n',
      1,
      'f.cfg:1: config parsing error near `"bad\': lexical error\n' +
        "f.cfg:1: config parsing error near <newline>: syntax error, unexpected NEWLINE, expecting STRING or NUMBER or '['\n" +
        'Failed to parse config: Invalid argument',
    ],
    [KERNEL, 1, 'Domain name must be specified.'],
    [`${NAMED}type="wibble"\n`, 1, 'Invalid domain type wibble.'],
    [`${NAMED}uuid="xyz"\n`, 1, 'Failed to parse UUID: xyz'],
    [`${NAMED}vif=["mac=zz:16"]\n`, 0, "Invalid parameter `mac'."],
    [
      `${NAMED}disk=["wibble=3,foo"]\n`,
      1,
      "f.cfg: config parsing error in disk specification: unknown parameter: near `wibble=3,' in `wibble=3,foo'",
    ],
  ])('%j', (text, rc, stderr) => {
    const result = toDomainConfig(parseConfig(text, 'f.cfg'), HOST);
    expect(result.messages.map((message) => message.text).join('\n')).toBe(stderr);
    expect(result.rc).toBe(rc);
  });
});
