import type { Action, ActionContext, DomainContext, HostContext, WhyNot } from './action.ts';
import type { Confirmation } from '../store/dialog.store.ts';

/** An action together with what it would act on: can be asked and run without knowing its kind. */
export interface BoundAction {
  readonly action: Action;
  readonly state: true | WhyNot;
  /** The line that does the same; null when there is none or there is nothing to act on. */
  readonly xl: string | null;
  readonly question: Confirmation | null;
  run(): Promise<void>;
  /** The same for one of several. */
  runInBulk(): Promise<void>;
}

const hasHost = (context: ActionContext): context is HostContext => context.host !== null;
const hasDomain = (context: ActionContext): context is DomainContext =>
  hasHost(context) && context.domain !== null;

function bindTo<C extends ActionContext>(
  action: Action & {
    canRun(context: C): true | WhyNot;
    xl(context: C): string | null;
    confirm?(context: C): Omit<Confirmation, 'command'>;
    run(context: C): Promise<void> | void;
    runInBulk?(context: C): Promise<void>;
  },
  context: C,
): BoundAction {
  const xl = action.xl(context);
  const question = action.confirm?.(context);
  return {
    action,
    state: action.canRun(context),
    xl,
    question: question ? { ...question, command: xl } : null,
    run: async () => action.run(context),
    runInBulk: async () => (action.runInBulk ? action.runInBulk(context) : action.run(context)),
  };
}

function without(action: Action, why: string): BoundAction {
  const refuse = (): Promise<void> => Promise.reject(new Error(why));
  return { action, state: { why }, xl: null, question: null, run: refuse, runInBulk: refuse };
}

/** Binds an action to a context; where the context lacks what it applies to, the result says so and cannot run. */
export function bind(action: Action, context: ActionContext): BoundAction {
  switch (action.appliesTo) {
    case 'app':
      return bindTo(action, context);
    case 'host':
      return hasHost(context) ? bindTo(action, context) : without(action, 'There is no host yet.');
    case 'domain':
      return hasDomain(context) ? bindTo(action, context) : without(action, 'Select a domain first.');
  }
}

export interface Runner {
  confirm(question: Confirmation): Promise<boolean>;
  fail(title: string, thrown: unknown): void;
}

/** Runs a bound action: asks first where it must, reports a failure. Resolves to whether it was done. */
export async function execute(bound: BoundAction, runner: Runner): Promise<boolean> {
  if (bound.state !== true) return false;
  if (bound.question && !(await runner.confirm(bound.question))) return false;
  try {
    await bound.run();
    return true;
  } catch (error) {
    runner.fail(`${bound.action.title} failed`, error);
    return false;
  }
}
