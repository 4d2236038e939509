import type { DoctorReport, DoctorStep, DoctorStepId, HostDraft, HostPrompt } from '../../api/index.ts';
import { DomusError } from '../../api/index.ts';
import type { GivenAnswer } from '../host-registry.ts';
import type { Ask, Question } from './link/question.ts';
import { openSession, type SessionMaker } from './link/session.ts';
import { ConnectError, type Steps } from './link/steps.ts';
import { clean } from './shell/text.ts';

const titles: Record<DoctorStepId, string> = {
  name: 'Name',
  port: 'Port',
  hostKey: 'Host key',
  authentication: 'Login',
  shell: 'Commands',
  sudo: 'Rights',
  toolstack: 'Toolstack (xl)',
  xenstore: 'XenStore',
  version: 'Version',
};
const order = Object.keys(titles) as DoctorStepId[];
const longestMs = 60_000;

/** Collects what is seen at each step. */
class Findings implements Steps {
  readonly #now: () => number;
  readonly #found = new Map<DoctorStepId, { saw: string[]; since: number; ms: number }>();
  #current: DoctorStepId | null = null;

  constructor(now: () => number) {
    this.#now = now;
  }

  get current(): DoctorStepId {
    return this.#current ?? 'name';
  }

  begin(step: DoctorStepId): void {
    this.#end();
    this.#current = step;
    const before = this.#found.get(step);
    this.#found.set(step, { saw: before?.saw ?? [], since: this.#now(), ms: before?.ms ?? 0 });
  }

  saw(text: string): void {
    const found = this.#current && this.#found.get(this.#current);
    if (found) found.saw.push(text);
  }

  /** `stop`: where and why it went no further. */
  steps(
    stop: { step: DoctorStepId; state: 'failed' | 'asks'; saw: string; fix: string | null } | null,
  ): DoctorStep[] {
    this.#end();
    const last = stop ? order.indexOf(stop.step) : order.length;
    return order.map((id, index) => {
      const found = this.#found.get(id);
      const common = { id, title: titles[id], ms: Math.round(found?.ms ?? 0) };
      if (stop?.step === id)
        return { ...common, state: stop.state, saw: clean(stop.saw, 1000), fix: stop.fix };
      if (index > last || !found) return { ...common, state: 'skipped', saw: '', fix: null };
      const saw = clean(found.saw.join(' '), 1000);
      return { ...common, state: 'ok', saw, fix: null };
    });
  }

  #end(): void {
    const found = this.#current && this.#found.get(this.#current);
    if (!found) return;
    found.ms += this.#now() - found.since;
    found.since = this.#now();
  }
}

const fixes: Readonly<Record<string, string>> = {
  'host-key': "Compare the fingerprint with the host's own, then accept it.",
  passphrase: 'Type the passphrase.',
  password: 'Type the password.',
  'keyboard-interactive': 'Answer what the host asks.',
  sudo: 'Type the password for sudo.',
};

const promptOf = (question: Question): HostPrompt => ({
  id: question.key.slice(0, 64),
  kind: question.kind,
  message: clean(question.message, 1000),
  fields: [...question.fields],
  hostKey: question.hostKey,
  rememberable: false,
});

export interface Examination {
  readonly draft: HostDraft;
  readonly answers: readonly GivenAnswer[];
  /** What is kept of an added host. */
  readonly kept: (key: string) => Promise<string | null>;
  readonly signal?: AbortSignal | undefined;
}

/** Looks at a host step by step, on a connection of its own. Never rejects but with the signal's reason. */
export async function examine(
  maker: SessionMaker,
  { draft, answers, kept, signal }: Examination,
): Promise<DoctorReport> {
  const findings = new Findings(() => performance.now());
  let prompt: HostPrompt | null = null;
  const ask: Ask = async (question) => {
    const given = answers.find((each) => each.prompt === question.key.slice(0, 64));
    if (given && !question.again) return given.answer.accept ? given.answer.values : null;
    const secret = question.keep && !question.again ? await kept(question.key) : null;
    if (secret !== null) return [secret];
    prompt = promptOf(question);
    return null;
  };
  const timeout = AbortSignal.timeout(longestMs);
  const either = signal ? AbortSignal.any([signal, timeout]) : timeout;
  try {
    const session = await openSession(
      { ...maker, keepHostKeys: false },
      { draft, ask, steps: findings, signal: either },
    );
    session.end();
    const warning = session.facts.versionWarning;
    const steps = findings
      .steps(null)
      .map((step) =>
        step.id === 'version' && warning !== null ? { ...step, state: 'warning' as const } : step,
      );
    return { ok: true, steps, prompt: null };
  } catch (error) {
    if (signal?.aborted) throw error;
    return { ok: false, steps: findings.steps(stopAt(findings.current, error, prompt)), prompt };
  }
}

function stopAt(
  current: DoctorStepId,
  error: unknown,
  prompt: HostPrompt | null,
): NonNullable<Parameters<Findings['steps']>[0]> {
  if (prompt) {
    const step = prompt.kind === 'host-key' ? 'hostKey' : prompt.kind === 'sudo' ? 'sudo' : 'authentication';
    return { step, state: 'asks', saw: prompt.message, fix: fixes[prompt.kind] ?? null };
  }
  const step = error instanceof ConnectError ? error.step : current;
  const message = error instanceof Error ? error.message : String(error);
  const fix = error instanceof DomusError ? (error.fix ?? null) : null;
  return { step, state: 'failed', saw: message, fix };
}
