import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type MessageName, XenStore } from '../../../engine/xenstore/index.ts';
import { ScriptClient, type Shown } from '../../unit/xenstore/script-client.ts';

/** One request of a trace recorded from the real xenstored, with all messages that came up to and with the reply. */
interface Step {
  readonly c: number;
  readonly q: readonly [MessageName, string];
  readonly tx?: number;
  readonly r: readonly Shown[];
}

const lines = readFileSync(new URL('xenstore.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n');

test('a fresh store answers a recorded trace exactly as the real daemon did', () => {
  const store = new XenStore();
  const clients = new Map<number, ScriptClient>();
  for (const [index, line] of lines.entries()) {
    const step = JSON.parse(line) as Step;
    const client = clients.get(step.c) ?? new ScriptClient(store);
    clients.set(step.c, client);
    const answer = client.ask(step.q[0], step.q[1], step.tx ?? 0);
    expect(answer, `line ${index + 1}: ${line}`).toEqual(step.r);
  }
});
