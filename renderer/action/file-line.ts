import type { DomainInfo } from '../../engine/api/domain.ts';
import { imagesFolder, qemuImgName } from '../../engine/api/draft.ts';
import { domainWord, domusLine, isEmbedded, shellLine, withInput } from './xl.ts';

/** Lines for files of Domain-0. On a real host they are for its own shell; those of the embedded host belong to Domus. */

/** Makes a definition of a text. `after`: what is done with it then. */
export function defineLine(
  host: string,
  path: string,
  text: string,
  after: readonly string[] = [],
): string | null {
  const command = isEmbedded(host) ? domusLine(host, 'define') : `cat > ${shellLine(path)}`;
  return withInput(command, text, after);
}

/** Replaces the text of a definition. */
export function reconfigureLine(
  domain: Pick<DomainInfo, 'host' | 'name' | 'domid' | 'configPath'>,
  text: string,
): string | null {
  const { host, configPath } = domain;
  if (isEmbedded(host)) return withInput(domusLine(host, 'reconfigure', domainWord(domain)), text);
  return configPath === null ? null : withInput(`cat > ${shellLine(configPath)}`, text);
}

/** Deletes a definition, and images with it. */
export function undefineLine(
  domain: Pick<DomainInfo, 'host' | 'name' | 'domid' | 'configPath'>,
  volumes: readonly string[],
): string | null {
  const { host, configPath } = domain;
  if (configPath === null) return null;
  return isEmbedded(host)
    ? domusLine(host, 'undefine', domainWord(domain), ...volumes)
    : shellLine('rm', configPath, ...volumes);
}

export const removeSaveLine = (host: string, path: string): string =>
  isEmbedded(host) ? domusLine(host, 'remove-save', path) : shellLine('rm', path);

/** What is in a new image. */
export type ImageOrigin =
  { readonly sizeMiB: number; readonly format: keyof typeof qemuImgName } | { readonly of: string };

/** Makes a disk image: `sizeMiB` of nothing, or a copy. */
export function imageLine(host: string, path: string, origin: ImageOrigin): string {
  if (isEmbedded(host)) {
    const what = 'of' in origin ? ['--copy', origin.of] : [`${origin.sizeMiB}M`];
    return domusLine(host, 'make-image', path, ...what);
  }
  const isUsual = path.slice(0, path.lastIndexOf('/')) === imagesFolder;
  const make = makeImageLine(path, origin);
  return isUsual ? `${shellLine('mkdir', '-p', imagesFolder)} && ${make}` : make;
}

function makeImageLine(path: string, origin: ImageOrigin): string {
  if ('of' in origin) return shellLine('cp', '--sparse=always', origin.of, path);
  const size = `${origin.sizeMiB}M`;
  return origin.format === 'raw'
    ? shellLine('truncate', '-s', size, path)
    : shellLine('qemu-img', 'create', '-f', qemuImgName[origin.format], path, size);
}
