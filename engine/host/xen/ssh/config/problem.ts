import { clean } from '../../shell/text.ts';
import { ConnectError } from '../../link/steps.ts';

/** The ssh configuration says what ssh itself would refuse. */
export const configProblem = (where: string, what: string): ConnectError =>
  new ConnectError(
    'name',
    true,
    clean(`Your ssh configuration cannot be used: ${what} (${where}).`, 700),
    'Mend that line (ssh -G HOST says the same in a terminal), or do not use the ssh configuration for this host.',
    'ERROR_INVAL',
  );
