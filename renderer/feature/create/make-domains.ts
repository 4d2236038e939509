import { copyOfDraft, type DomainDraft } from '../../../engine/api/draft.ts';
import { reportFailure } from '../../action/use-actions.ts';
import { engineClient } from '../../client/session.ts';
import { readField } from '../config/cfg-fields.ts';
import { type Copies, createLine, createScript, type Planned } from './create-line.ts';
import type { AfterCreate } from './memory-fit.ts';

interface Request {
  readonly copies: Copies;
  readonly after: AfterCreate;
}

/** What is going to be made, with the texts that the engine will write: UUIDs and MAC addresses are those of the files. */
async function plan(host: string, draft: DomainDraft, { count, first }: Copies): Promise<Planned[]> {
  const drafts =
    count === 1 ? [draft] : Array.from({ length: count }, (_, at) => copyOfDraft(draft, first + at));
  const { domain } = engineClient();
  return Promise.all(
    drafts.map(async (each) => ({
      draft: each,
      name: each.name,
      text: (await domain.preview({ host, draft: each })).text,
    })),
  );
}

const nameIn = (text: string): string => {
  const field = readField(text, 'name');
  return 'value' in field ? field.value : '';
};

async function fromText(host: string, text: string, { after }: Request): Promise<readonly string[]> {
  const { domain } = engineClient();
  const planned = { draft: null, name: nameIn(text), text };
  const command = createScript(host, [planned], 'off') ?? undefined;
  const { domain: id } = await domain.define({ host, text, command });
  if (after === 'run' || after === 'paused') {
    const more = {
      paused: after === 'paused',
      command: createLine(planned.name, { count: 1, first: 1 }, after) ?? undefined,
    };
    // The file is written whether it starts or not: that is for the domain's page to show.
    await domain.start({ host, domain: id, ...more }).catch((thrown: unknown) => {
      reportFailure('It is defined, but it could not be started', thrown);
    });
  }
  return [id];
}

/** Makes what the dialog describes: a draft once or several times, or an xl.cfg text as it is. Ids of the domains. */
export async function makeDomains(
  host: string,
  what: DomainDraft | string | null,
  request: Request,
): Promise<readonly string[]> {
  if (what === null) return [];
  if (typeof what === 'string') return fromText(host, what, request);
  const { copies, after } = request;
  const { domain } = engineClient();
  const command = createScript(host, await plan(host, what, copies), after) ?? undefined;
  const how = { start: after === 'run' || after === 'paused', paused: after === 'paused', command };
  if (copies.count > 1) return (await domain.createCopies({ host, draft: what, ...copies, ...how })).domains;
  return [(await domain.create({ host, draft: what, ...how })).domain];
}
