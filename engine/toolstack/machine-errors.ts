import { DomusError } from '../api/index.ts';
import { MachineError } from '../guest/machine.ts';

/** libxl's codes for what a machine may fail with, and the field of xl.cfg that is to blame. */
const machineErrors: Record<MachineError['code'], { code: DomusError['code']; field?: string }> = {
  'kernel-unreadable': { code: 'ERROR_NOTFOUND', field: 'kernel' },
  'not-a-kernel': { code: 'ERROR_INVAL', field: 'kernel' },
  'ramdisk-unreadable': { code: 'ERROR_NOTFOUND', field: 'ramdisk' },
  'disk-unreadable': { code: 'ERROR_NOTFOUND', field: 'disk' },
  memory: { code: 'ERROR_NOMEM', field: 'memory' },
  gone: { code: 'ERROR_FAIL' },
  state: { code: 'ERROR_INVAL' },
  failed: { code: 'ERROR_FAIL' },
};

/** A machine's error as the contract knows errors; everything else is returned as it is. */
export function fromMachineError(error: unknown): unknown {
  if (!(error instanceof MachineError)) return error;
  const { code, field } = machineErrors[error.code];
  return new DomusError(code, error.message, field === undefined ? {} : { field });
}
