import { beforeEach, describe, expect, it } from 'vitest';
import { Answers } from '../../../../engine/host/xen/link/answers.ts';
import type { Question } from '../../../../engine/host/xen/link/question.ts';
import type { Secrets } from '../../../../engine/host/xen/link/secret-store.ts';

/** A keyring that a test can look into. */
class FakeKeyring implements Secrets {
  readonly kept = new Map<string, string>();
  available = true;
  state: Secrets['state'] = async () => ({
    available: this.available,
    why: this.available ? null : 'None here.',
  });
  get: Secrets['get'] = async (account) => this.kept.get(account) ?? null;
  async set(account: string, secret: string): Promise<boolean> {
    if (this.available) this.kept.set(account, secret);
    return this.available;
  }
  remove: Secrets['remove'] = async (account) => void this.kept.delete(account);
}

const question = (more: Partial<Question> = {}): Question => ({
  key: 'password:root@xen1',
  kind: 'password',
  message: 'The password of root@xen1.',
  fields: [{ label: 'Password', secret: true }],
  hostKey: null,
  again: false,
  keep: true,
  ...more,
});
const never = new AbortController().signal;

let keyring: FakeKeyring;
let names: string[];
const answersOf = (kept: readonly string[] = []): Answers =>
  new Answers({
    host: 'xen1',
    secrets: keyring,
    kept,
    onKept: (keys) => void (names = keys),
    onChange: () => undefined,
  });

/** Asks, waits for the question to be there, and answers it. */
async function ask(answers: Answers, value: string, remember: boolean, more: Partial<Question> = {}) {
  const answered = answers.ask(question(more), never);
  while (!answers.prompt) await new Promise((resolve) => setImmediate(resolve));
  await answers.answer(answers.prompt.id, { accept: true, values: [value], remember });
  return answered;
}

beforeEach(() => {
  keyring = new FakeKeyring();
  names = [];
});

describe('answers about a real host', () => {
  it('stay in memory, and only there unless the person ticks it', async () => {
    const answers = answersOf();
    expect(await ask(answers, 'secret', false)).toEqual(['secret']);
    expect(await answers.ask(question(), never)).toEqual(['secret']);
    expect([...keyring.kept, ...names]).toEqual([]);
  });

  it('go to the keyring when ticked; what is remembered of them elsewhere is a name', async () => {
    await ask(answersOf(), 'secret', true);
    expect([...keyring.kept.values()]).toEqual(['secret']);
    expect(names).toEqual(['password:root@xen1']);
    expect(await answersOf(names).ask(question(), never)).toEqual(['secret']);
  });

  it('are not offered to be kept where there is no keyring', async () => {
    keyring.available = false;
    const answers = answersOf();
    const asked = answers.ask(question(), never);
    while (!answers.prompt) await new Promise((resolve) => setImmediate(resolve));
    expect(answers.prompt.rememberable).toBe(false);
    await answers.answer(answers.prompt.id, { accept: true, values: ['secret'], remember: true });
    expect([await asked, names]).toEqual([['secret'], []]);
  });

  it('that turn out wrong are forgotten everywhere before the person is asked again', async () => {
    await ask(answersOf(), 'old', true);
    const answers = answersOf(names);
    expect(await answers.ask(question(), never)).toEqual(['old']);
    expect(await ask(answers, 'new', false, { again: true })).toEqual(['new']);
    expect([[...keyring.kept], names]).toEqual([[], []]);
    expect(await answers.ask(question(), never)).toEqual(['new']);
  });

  it('are gone when the person says so', async () => {
    const answers = answersOf();
    await ask(answers, 'secret', true);
    await answers.forget();
    expect([[...keyring.kept], names]).toEqual([[], []]);
    expect(await ask(answers, 'other', false)).toEqual(['other']);
  });

  it('once only are never kept', async () => {
    const answers = answersOf();
    await ask(answers, '123456', true, { keep: false });
    expect([...keyring.kept]).toEqual([]);
    expect(await ask(answers, '654321', false, { keep: false })).toEqual(['654321']);
  });
});
