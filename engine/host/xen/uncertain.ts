import type { XenDomains } from './model/domains.ts';

const most = 100;

/** What nobody knows how it ended, because the connection went in the middle: told when the host is there again. */
export class Uncertain {
  #notes: { readonly name: string; readonly what: string }[] = [];

  /** `what`: as in "was being created". */
  note(name: string, what: string): void {
    this.#notes = [...this.#notes, { name, what }].slice(-most);
  }

  /** One sentence each, and then they are forgotten. */
  resolve(domains: XenDomains): string[] {
    return this.#notes.splice(0).map(({ name, what }) => {
      const live = domains.byName(name)?.live;
      const now = live ? `it is there now, with domid ${live.domid}` : 'it does not run now';
      return `The connection was lost while ${name} was being ${what}: ${now}. Check that it is as you want it.`;
    });
  }
}
