import { domainDraft, type DomainDraft, type DomainDraftInput } from '../../engine/api/index.ts';

/** A draft of the ready-made Linux, as far as nothing else is said. */
export const draftOf = (name: string, more: Partial<DomainDraftInput> = {}): DomainDraft =>
  domainDraft.parse({ name, source: { kind: 'image', image: 'tiny-linux' }, ...more });
