import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const config = readFileSync(join(import.meta.dirname, '../../../electron-builder.yml'), 'utf8');
const setting = (name: string): string | undefined =>
  new RegExp(`^ *${name}: (\\S+)$`, 'm').exec(config)?.[1];

describe('the packaged application', () => {
  it.each([
    ['runAsNode', 'false'],
    ['enableNodeOptionsEnvironmentVariable', 'false'],
    ['enableNodeCliInspectArguments', 'false'],
    ['enableEmbeddedAsarIntegrityValidation', 'true'],
    ['onlyLoadAppFromAsar', 'true'],
    ['grantFileProtocolExtraPrivileges', 'false'],
    ['enableCookieEncryption', 'true'],
  ])('has the fuse %s at %s', (fuse, value) => {
    expect(setting(fuse)).toBe(value);
  });

  it.each(['node-pty', '@napi-rs'])('contains the native %s, outside of the archive', (name) => {
    expect(config).toContain(`to: node_modules/${name}\n`);
    expect(config).toContain(`  - node_modules/${name}/**\n`);
  });
});
