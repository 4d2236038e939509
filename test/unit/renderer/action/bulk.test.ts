import { describe, expect, it } from 'vitest';
import type { DomainContext } from '../../../../renderer/action/action.ts';
import { bulkOf, bulkQuestion, runAll } from '../../../../renderer/action/bulk.ts';
import { domainDestroy } from '../../../../renderer/action/domain-destroy.action.ts';
import { domainPause } from '../../../../renderer/action/domain-pause.action.ts';
import { aDomain, running } from '../samples.ts';
import { aContext } from './context.ts';

const web = aDomain('web', running(1));
const db = aDomain('db', { ...running(2), state: 'paused' });
const off = aDomain('off');
const contextsOf = (answers: Record<string, unknown> = {}) => {
  const each = [web, db, off].map((domain) => aContext(domain, { answers }));
  return { contexts: each.map(({ context }) => context as DomainContext), each };
};

describe('one command on many domains', () => {
  it('takes those that can, and says of each other why not', () => {
    const bulk = bulkOf(domainPause, contextsOf().contexts);
    expect(bulk.ready.map(({ name }) => name)).toEqual(['web']);
    expect(bulk.skipped).toEqual([
      { name: 'db', why: 'db is paused.' },
      { name: 'off', why: 'off is off.' },
    ]);
  });

  it('asks once, naming all, what is lost, who is left out, and the lines that do the same', () => {
    const question = bulkQuestion(bulkOf(domainDestroy, contextsOf().contexts));
    expect(question).toMatchObject({ title: 'Force off: 2 domains?', harmless: false });
    expect(question.text).toMatch(/lost.*disks stay/);
    expect(question.details).toEqual([
      { title: '2 domains', items: ['web', 'db'] },
      { title: 'Left out: 1', items: ['off is off.'] },
    ]);
    expect(question.command).toBe('xl destroy web\nxl destroy db');
  });

  it('does the rest when one fails, and reports that one', async () => {
    const { contexts, each } = contextsOf();
    const failing = aContext(web, { answers: { 'domain.destroy': new Error('busy') } }).context;
    const failures: string[] = [];
    const bulk = bulkOf(domainDestroy, [failing as DomainContext, ...contexts.slice(1)]);
    const done = await runAll(bulk, { fail: (title) => failures.push(title) });
    expect([done, failures]).toEqual([1, ['Force off failed for web']]);
    expect(each[1]?.recorded.calls).toEqual([
      { call: 'domain.destroy', input: { host: 'local', domain: 'db', command: 'xl destroy db' } },
    ]);
  });
});
