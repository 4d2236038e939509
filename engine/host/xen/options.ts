import type { HostDraft } from '../../api/index.ts';
import type { HostSink } from '../host.ts';
import type { XenTiming } from './host-context.ts';
import type { Answers } from './link/answers.ts';
import type { SessionMaker } from './link/session.ts';

export interface XenHostOptions {
  readonly id: string;
  readonly draft: HostDraft;
  readonly sink: HostSink;
  readonly maker: SessionMaker;
  /** Made by whoever keeps secrets; its `onChange` must be given to `answersChanged`. */
  readonly answers: Answers;
  readonly timing?: Partial<XenTiming>;
  readonly log?: (level: 'info' | 'warn' | 'error', text: string) => void;
}
