import { z } from 'zod';
import { type DeviceSettings, DomusError } from '../../api/index.ts';
import type { DeviceKind } from '../device.ts';

/** A shared folder in libxl's JSON. */
export const shareStruct = z.looseObject({
  tag: z.string().optional(),
  path: z.string().optional(),
  security_model: z.string().optional(),
  type: z.string().optional(),
});
export type ShareStruct = z.infer<typeof shareStruct>;

export interface ShareConfig {
  readonly tag: string;
  readonly path: string;
  readonly readOnly: boolean;
  readonly struct: ShareStruct;
}

type ShareSettings = DeviceSettings['p9'];

export function readShare(struct: ShareStruct, readOnly: boolean): ShareConfig {
  return { tag: struct.tag ?? '', path: struct.path ?? '', readOnly, struct };
}

export function writeShare({ tag, path }: ShareSettings, before: ShareStruct = {}): ShareStruct {
  return { security_model: 'none', type: 'qemu', ...before, tag, path };
}

export const p9: DeviceKind<'p9', ShareConfig> = {
  kind: 'p9',
  title: 'Shared folder (9p)',
  key: ({ tag }) => tag,
  name: ({ tag }) => `Shared folder ${tag}`,
  summary: ({ path, readOnly }) => (readOnly ? `${path}, read-only` : path),
  settings: ({ tag, path, readOnly }) => ({ tag, path, readOnly }),
  rules: () => ({ tag: 'restart', path: 'restart', readOnly: 'restart' }),
  defaults: ({ keys }) => ({
    tag: keys.length === 0 ? 'share' : `share${keys.length}`,
    path: '/srv',
    readOnly: false,
  }),
  check({ path }) {
    if (!path.includes(',') && path === path.trim()) return;
    throw new DomusError(
      'ERROR_INVAL',
      'A path with a comma, or blanks at its ends, cannot be written in p9=.',
      {
        field: 'path',
      },
    );
  },
};
