import { DomusError, type ErrorCode } from '../../../api/index.ts';
import { clean } from '../shell/text.ts';

/** What xl and libxl wrote to stderr, as an error of the contract. */

interface Rule {
  readonly pattern: RegExp;
  readonly code: ErrorCode;
  /** `$1` … are the groups of the pattern. */
  readonly message: string;
  readonly fix?: string;
  readonly field?: string;
}

const rules: readonly Rule[] = [
  {
    pattern:
      /is an invalid domain identifier|maybe this domain does not exist|Domain '[^']*' does not exist|Non-existent domain\b/,
    code: 'ERROR_DOMAIN_NOTFOUND',
    message: 'The domain is not there any more.',
    fix: 'Look at the list: it was ended or renamed meanwhile.',
  },
  {
    pattern: /Domain with name "([^"]*)" already exists/,
    code: 'ERROR_DEVICE_EXISTS',
    message: 'A domain with the name "$1" is running already.',
    fix: 'Choose another name, or end that domain.',
    field: 'name',
  },
  {
    pattern:
      /can't allocate low memory|Out of memory|Cannot allocate memory|failed to free memory|not enough (free )?memory|panic: xg?_dom_boot\.c/i,
    code: 'ERROR_NOMEM',
    message: 'The host has not enough free memory for it.',
    fix: 'Give it less memory, or shut other domains down.',
    field: 'memory',
  },
  {
    pattern: /xc_dom_(?:probe_\w+|find_loader)\b(?:: | )(.*)/,
    code: 'ERROR_INVAL',
    message: 'Xen cannot load the kernel: $1.',
    fix: 'Is it a kernel for this kind of guest, and whole? PV guests need one with Xen support.',
    field: 'kernel',
  },
  {
    pattern: /Failed to open temp file (.*?)(?:\.domus-part)? for writing/,
    code: 'ERROR_INVAL',
    message: 'The host cannot write to $1.',
    fix: 'Is its folder there, and may be written to? Choose another place.',
    field: 'path',
  },
  {
    pattern: /killing execution of (\S+).*because of timeout/,
    code: 'ERROR_TIMEDOUT',
    message: 'The script $1 of the host did not end in time.',
    fix: 'Is the host very busy? Try again; /var/log/xen/xen-hotplug.log there says more.',
  },
  {
    pattern: /Could not find bridge(?: device)? (\S+)/i,
    code: 'ERROR_INVAL',
    message: 'There is no bridge $1 on the host.',
    fix: 'Choose one of the bridges the host has, or make it there.',
    field: 'bridge',
  },
  {
    pattern: /Failed to read config file: (.*?): (.*)/,
    code: 'ERROR_NOTFOUND',
    message: 'The configuration file $1 cannot be read: $2.',
  },
  {
    pattern:
      /(?:Cannot stat file:|failed to stat|Failed to stat|Disk image does not exist:|cannot open) ?(\/\S+)/,
    code: 'ERROR_NOTFOUND',
    message: 'There is no file $1 on the host.',
    fix: 'Check the path; it is a path of the host, not of this computer.',
  },
  {
    pattern: /(\/\S+): config parsing error/,
    code: 'ERROR_INVAL',
    message: 'xl cannot read $1: see its messages.',
  },
  {
    pattern:
      /(Invalid domain type .*|Failed to parse UUID: .*|Domain name must be specified\.|Invalid parameter .*)/,
    code: 'ERROR_INVAL',
    message: 'xl refused the configuration: $1',
  },
  {
    pattern: /PCI device (\S+) is not assignable/,
    code: 'ERROR_INVAL',
    message: 'The PCI device $1 is not set aside for guests.',
    fix: 'On the host: xl pci-assignable-add $1',
  },
  {
    pattern:
      /(?:unable to|failed to|cannot) (?:obtain|acquire|get) .*lock|lock file.*: Resource temporarily/i,
    code: 'ERROR_LOCK_FAIL',
    message: 'Another xl on the host is at it just now.',
    fix: 'Wait a moment and try again.',
  },
  {
    pattern: /different toolstack|does not support this toolstack/i,
    code: 'ERROR_NI',
    message: 'The host is run by another toolstack than xl.',
  },
  {
    pattern: /libxl__wait_for_backend|device .* not connected|Device (\S+) not connected/,
    code: 'ERROR_NOTFOUND',
    message: 'The domain has no such device.',
  },
];

/** libxl's numbers where xl prints them. */
const numbers: Readonly<Record<string, ErrorCode>> = {
  '-4': 'ERROR_NI',
  '-5': 'ERROR_NOMEM',
  '-6': 'ERROR_INVAL',
  '-8': 'ERROR_GUEST_TIMEDOUT',
  '-9': 'ERROR_TIMEDOUT',
  '-10': 'ERROR_NOPARAVIRT',
  '-15': 'ERROR_LOCK_FAIL',
  '-17': 'ERROR_DEVICE_EXISTS',
  '-21': 'ERROR_DOMAIN_NOTFOUND',
  '-23': 'ERROR_NOTFOUND',
};

/** Lines that only say that what was begun is undone again. */
const followUps =
  /libxl__destroy_domid|domain_destroy_callback|domain_destroy_cb|Unable to destroy guest|Destruction of domain failed/;

/** libxl's own place in its source is nobody's business: `libxl: error: libxl_mem.c:278:func: Domain 1:text`. */
const plain = (line: string): string =>
  line.replace(/^(libxl|xc): (error|warning|info): (\S+\.c:\d+:\S+: )?/, '').replace(/^Domain \d+: ?/, '');

/** The first line that says what went wrong, without libxl's file and line. */
export function firstCause(stderr: string): string {
  const lines = stderr
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('Parsing config from'));
  const errors = lines.filter(
    (line) => /error|fail|cannot|can't|unable|invalid/i.test(line) && !followUps.test(line),
  );
  return clean(plain(errors[0] ?? lines[0] ?? ''), 400);
}

/** What went wrong in `doing` (`xl create`), with xl's own lines as the log. */
export function xlError(doing: string, code: number | null, stderr: string): DomusError {
  const log = stderr
    .split('\n')
    .map((line) => clean(line, 1000))
    .filter((line) => line !== '')
    .slice(-50);
  for (const { pattern, code: errorCode, message, fix, field } of rules) {
    const match = pattern.exec(stderr);
    if (!match) continue;
    const fill = (text: string): string =>
      text.replace(/\$(\d)/g, (_, at: string) => clean(match[Number(at)] ?? '', 200));
    return new DomusError(errorCode, fill(message), {
      log,
      ...(fix === undefined ? {} : { fix: fill(fix) }),
      ...(field === undefined ? {} : { field }),
    });
  }
  const printed = /rc[:=] ?(-\d+)/.exec(stderr)?.[1];
  const cause = firstCause(stderr);
  const end = code === null ? 'it crashed' : `it ended with code ${code} and said nothing`;
  const said = cause === '' ? end : cause;
  return new DomusError(
    numbers[printed ?? ''] ?? 'ERROR_FAIL',
    `${doing} failed on the host: ${said}${/[.!?]$/.test(said) ? '' : '.'}`,
    { log },
  );
}
