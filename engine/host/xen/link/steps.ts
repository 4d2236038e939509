import { DomusError, type DoctorStepId, type ErrorCode } from '../../../api/index.ts';

/** Hears how far a connection has come. */
export interface Steps {
  begin(step: DoctorStepId): void;
  /** What was seen at the step that was begun last. */
  saw(text: string): void;
}

export const noSteps: Steps = { begin: () => undefined, saw: () => undefined };

/** Why a host cannot be reached or used. `lasting`: trying again by itself makes no sense. */
export class ConnectError extends DomusError {
  readonly step: DoctorStepId;
  readonly lasting: boolean;

  constructor(
    step: DoctorStepId,
    lasting: boolean,
    message: string,
    fix: string,
    code: ErrorCode = 'ERROR_FAIL',
  ) {
    super(code, message, { fix });
    this.step = step;
    this.lasting = lasting;
  }
}
