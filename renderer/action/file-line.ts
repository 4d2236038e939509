import type { DomainInfo } from '../../engine/api/domain.ts';
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

/** Makes a disk image: `sizeMiB` of nothing, or a copy. */
export function imageLine(
  host: string,
  path: string,
  origin: { readonly sizeMiB: number } | { readonly of: string },
): string {
  if ('of' in origin)
    return isEmbedded(host)
      ? domusLine(host, 'make-image', path, '--copy', origin.of)
      : shellLine('cp', '--sparse=always', origin.of, path);
  const size = `${origin.sizeMiB}M`;
  return isEmbedded(host)
    ? domusLine(host, 'make-image', path, size)
    : shellLine('truncate', '-s', size, path);
}
