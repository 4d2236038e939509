import { DomusError } from '../../../api/index.ts';
import { parseConfig, setOption } from '../../../xlcfg/index.ts';
import type { Operation } from '../../host.ts';
import type { HostContext } from '../context.ts';

export function checkName(host: HostContext, id: string, name: string): void {
  if (name === 'Domain-0' || /^\s*$/.test(name) || /[\x00-\x1f\x7f]/.test(name)) {
    throw new DomusError('ERROR_INVAL', `A domain cannot be called "${name}".`, { field: 'name' });
  }
  const other = host.domains.all.find((domain) => domain.name === name && domain.id !== id);
  if (other) {
    throw new DomusError('ERROR_INVAL', `Domain with name "${name}" already exists.`, { field: 'name' });
  }
}

/**
 * Gives a domain another name, live or not. Unlike xl, which knows running domains only, this changes its file too, so that
 * it has the same name at its next start. ERROR_INVAL for a name that is taken or cannot be one.
 */
export async function renameDomain(
  host: HostContext,
  id: string,
  name: string,
  op: Operation,
): Promise<void> {
  const domain = host.domains.get(id);
  checkName(host, id, name);
  await domain.exclusive.run('configuring', op.signal, async () => {
    const { definition } = domain;
    if (definition) {
      const document = parseConfig(definition.text, definition.path);
      await host.replaceDefinition(definition, setOption(document, 'name', name));
      op.log(`${definition.path} says name = "${name}" now.`);
    }
    domain.live?.rename(name);
    domain.rename(name);
    host.domains.changed(domain);
  });
}
