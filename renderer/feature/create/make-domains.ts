import type { DomainDraft } from '../../../engine/api/draft.ts';
import { reportFailure } from '../../action/use-actions.ts';
import { engineClient } from '../../client/session.ts';
import type { Copies } from './create-line.ts';
import type { AfterCreate } from './draft-form.ts';

interface Request {
  readonly copies: Copies;
  readonly after: AfterCreate;
  readonly command: string | null;
}

/** Makes what the dialog describes: a draft once or several times, or an xl.cfg text as it is. Ids of the domains. */
export async function makeDomains(
  host: string,
  what: DomainDraft | string | null,
  { copies: { count, first }, after, command }: Request,
): Promise<readonly string[]> {
  const { domain } = engineClient();
  const start = after === 'run' || after === 'paused';
  const how = { start, paused: after === 'paused', ...(command === null ? {} : { command }) };
  if (what === null) return [];
  if (typeof what !== 'string') {
    if (count > 1) return (await domain.createCopies({ host, draft: what, count, first, ...how })).domains;
    return [(await domain.create({ host, draft: what, ...how })).domain];
  }
  const { domain: id } = await domain.define({ host, text: what });
  if (start) {
    const { start: _, ...more } = how;
    // The file is written whether it starts or not: that is for the domain's page to show.
    await domain.start({ host, domain: id, ...more }).catch((thrown: unknown) => {
      reportFailure('It is defined, but it could not be started', thrown);
    });
  }
  return [id];
}
