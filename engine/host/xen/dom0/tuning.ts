import { dom0Uuid, DomusError } from '../../../api/index.ts';
import { parseConfig, setOption } from '../../../xlcfg/index.ts';
import type { TriggerName } from '../../dom0.ts';
import type { Operation } from '../../operation.ts';
import type { XenAuthoring } from '../authoring.ts';
import type { XenContext } from '../host-context.ts';
import { whole } from '../parse/number.ts';
import { slowMs } from '../xl.ts';
import { liveGuest, liveTarget, runningGuest } from './target.ts';

/** What xl does to one running domain beyond its life cycle. */

/** `xl mem-set`. xl does not wait for the balloon; what is reached shows in the figures. */
export async function setMemory(host: XenContext, id: string, memoryKiB: number): Promise<void> {
  const { domid } = liveTarget(host, id);
  await host.xl.strict(['xl', 'mem-set', domid, `${memoryKiB}k`], { timeoutMs: slowMs });
  await reread(host, id);
}

export async function setMaxMemory(host: XenContext, id: string, memoryKiB: number): Promise<void> {
  const { domid } = liveTarget(host, id);
  await host.xl.strict(['xl', 'mem-max', domid, `${memoryKiB}k`]);
  await reread(host, id);
}

export async function setVcpus(host: XenContext, id: string, count: number, op: Operation): Promise<void> {
  const { domid, name } = liveTarget(host, id);
  if (count < 1) throw new DomusError('ERROR_FAIL', 'Requested 0 VCPUs, however at least 1 is needed!');
  const { stderr, code } = await host.xl.outcome(['xl', 'vcpu-set', domid, String(count)]);
  const problem = /^.*(overcommmitting|Requested \d+ VCPUs|error:|failed).*$/m.exec(stderr)?.[0];
  if (code !== 0 || problem !== undefined) {
    throw new DomusError('ERROR_FAIL', (problem ?? stderr).replace(/^libxl: error: \S+ /, '').slice(0, 400), {
      field: 'count',
    });
  }
  op.log(`${name} is to have ${count} vCPUs online; its system decides when.`);
  await reread(host, id);
}

async function reread(host: XenContext, id: string): Promise<void> {
  if (id !== dom0Uuid) {
    const { live } = host.domains.get(id);
    if (live) host.refresher.stale(live);
  }
  await host.refresher.now();
}

export async function trigger(host: XenContext, id: string, name: TriggerName): Promise<void> {
  const { live } = runningGuest(host, id);
  await host.xl.strict(['xl', 'trigger', String(live.domid), name]);
  await host.refresher.now();
}

export async function sysrq(host: XenContext, id: string, letter: string, op: Operation): Promise<void> {
  const { live } = runningGuest(host, id);
  await host.xl.strict(['xl', 'sysrq', String(live.domid), letter]);
  op.log(`SysRq ${letter} was handed to the guest.`);
}

/** `xl dump-core`, into a file of the host. */
export async function dumpCore(
  host: XenContext,
  id: string,
  path: string,
  op: Operation,
): Promise<{ bytes: number }> {
  const { domain, live } = liveGuest(host, id);
  if (!path.startsWith('/')) {
    throw new DomusError('ERROR_INVAL', `${path} is not an absolute path of the host.`, { field: 'path' });
  }
  return domain.exclusive.run('saving', op.signal, async () => {
    op.progress('xl dump-core', null);
    await host.xl.strict(['xl', 'dump-core', String(live.domid), path], { timeoutMs: slowMs });
    const { stdout } = await host.xl.script('stat', 'stat -c %s "$1"', [path]);
    const bytes = whole(stdout);
    op.log(`Wrote ${bytes} bytes to ${path} on the host.`);
    return { bytes };
  });
}

/**
 * Unlike xl, which knows running domains only, this changes the file too, so that it has the same name at its next start.
 * ERROR_INVAL for a name that is taken or cannot be one.
 */
export async function rename(
  host: XenContext,
  authoring: XenAuthoring,
  id: string,
  name: string,
  op: Operation,
): Promise<void> {
  const domain = host.domains.get(id);
  if (name === 'Domain-0' || /^\s*$|[\x00-\x1f\x7f]/.test(name)) {
    throw new DomusError('ERROR_INVAL', `A domain cannot be called "${name}".`, { field: 'name' });
  }
  const twin = host.domains.byName(name);
  if (twin && twin !== domain) {
    throw new DomusError('ERROR_INVAL', `Domain with name "${name}" already exists.`, { field: 'name' });
  }
  await domain.exclusive.run('configuring', op.signal, async () => {
    const { live, definition } = domain;
    if (live) await host.xl.strict(['xl', 'rename', String(live.domid), name]);
    if (definition) {
      const document = parseConfig(definition.text, definition.path);
      await authoring.replace(domain, setOption(document, 'name', name));
      op.log(`${definition.path} says name = "${name}" now.`);
    }
    await host.refresher.now();
  });
}

const autostartScript =
  'set -e; l=/etc/xen/auto/${1##*/}; if [ "$2" = on ]; then mkdir -p /etc/xen/auto; [ -e "$l" ] || ln -s "$1" "$l"; else ' +
  'for a in /etc/xen/auto/*; do if [ -L "$a" ] && [ "$(readlink -f "$a")" = "$(readlink -f "$1")" ]; then rm -f "$a"; fi; done; fi';

/** Makes or removes the domain's link in /etc/xen/auto. ERROR_NOTFOUND for one without a file. */
export async function setAutostart(
  host: XenContext,
  id: string,
  autostart: boolean,
  op: Operation,
): Promise<void> {
  const { definition, name } = host.domains.get(id);
  if (!definition) throw new DomusError('ERROR_NOTFOUND', `${name} has no configuration file.`);
  const args = [definition.path, autostart ? 'on' : 'off'];
  const { code, stderr } = await host.xl.script('autostart', autostartScript, args);
  if (code !== 0) {
    throw new DomusError(
      'ERROR_FAIL',
      `/etc/xen/auto could not be changed on the host: ${stderr.slice(0, 300)}`,
    );
  }
  host.refresher.filesChanged();
  await host.refresher.now();
  op.log(
    autostart
      ? `${name} is started with the host (/etc/xen/auto), if its xendomains service is on.`
      : `${name} is not started with the host any more.`,
  );
}
