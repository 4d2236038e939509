import { implement } from '@orpc/server';
import { type AfterSave, DomusError, saveContract } from '../api/index.ts';
import type { Host } from '../host/host.ts';
import type { ConfigOverride, EndRuleTools, SaveTools } from '../host/save.ts';
import type { Calls, OnDomain } from './calls.ts';

function toolsOf(host: Host): SaveTools {
  if (host.saves) return host.saves;
  throw new DomusError('ERROR_NI', `${host.info().name} cannot save domains to files from here.`);
}

function endsOf(host: Host): EndRuleTools {
  const ends = toolsOf(host).ends;
  if (ends) return ends;
  throw new DomusError(
    'ERROR_NI',
    `What happens to domains when ${host.info().name} stops is set in its own /etc/default/xendomains.`,
  );
}

type Save = OnDomain & {
  path: string;
  after: AfterSave;
  keepDomid: boolean;
  config?: ConfigOverride | undefined;
};

const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** The calls on saves. What changes something runs as a task. */
export function createSaveRouter(calls: Calls) {
  const os = implement(saveContract);
  const tools = (id: string): SaveTools => toolsOf(calls.host(id));
  return {
    save: {
      list: os.save.list.handler(({ input }) => tools(input.host).list()),
      inspect: os.save.inspect.handler(({ input }) => tools(input.host).inspect(input.path)),
      create: os.save.create.handler(
        calls.onDomain('Save', true, (host, { domain, ...request }: Save, op) =>
          toolsOf(host).save(domain, request, op),
        ),
      ),
      restore: os.save.restore.handler(({ input: { host, command, ...request }, signal }) => {
        const title = `Restore ${baseName(request.path)}`;
        return calls.asTask({ title, host, command }, signal, (op) => tools(host).restore(request, op));
      }),
      remove: os.save.remove.handler(({ input: { host, path, command }, signal }) => {
        const title = `Delete the save ${baseName(path)}`;
        return calls.asTask({ title, host, command, cancellable: false }, signal, (op) =>
          tools(host).remove(path, op),
        );
      }),
      suspend: os.save.suspend.handler(
        calls.onDomain('Suspend', false, (host, { domain }, op) => toolsOf(host).suspend(domain, op)),
      ),
      resume: os.save.resume.handler(
        calls.onDomain('Resume', false, (host, { domain }, op) => toolsOf(host).resume(domain, op)),
      ),
      rules: os.save.rules.handler(({ input }) => endsOf(calls.host(input.host)).rules()),
      setRules: os.save.setRules.handler(async ({ input }) => {
        await endsOf(calls.host(input.host)).setRules(input.rules);
        return {};
      }),
    },
  };
}
