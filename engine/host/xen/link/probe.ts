import { randomBytes } from 'node:crypto';
import type { HostDraft } from '../../../api/index.ts';
import { infoFields, parseInfo, type HostFacts } from '../parse/xl-info.ts';
import { whole } from '../parse/number.ts';
import type { Shell } from '../shell/shell.ts';
import { clean } from '../shell/text.ts';
import { ConnectError, type Steps } from './steps.ts';

/** What a host can do, as found when connecting. */
export interface XenFacts extends HostFacts {
  /** Programs that are there, of those that are used. */
  readonly tools: ReadonlySet<string>;
  readonly bridges: readonly string[];
  readonly cpuModel: string;
  /** Epoch ms, by the uptime of its dom0; null when it does not say. */
  readonly startedAt: number | null;
  /** A sentence when the version is outside of what this was tried with. */
  readonly versionWarning: string | null;
}

const tools = [
  'xl',
  'xentop',
  'xenstore-ls',
  'xenstore-read',
  'xenstore-write',
  'xenstore-rm',
  'xenstore-chmod',
  'xenstore-list',
  'xenstore-watch',
] as const;

/** Versions this was made for. */
const oldest = [4, 11] as const;
const newest = [4, 20] as const;

const timeoutMs = 20_000;
/** Has everything in it that a shell could take for something else. */
const difficult = 'it\'s "$x" `y` \\ !* #';

/** Can commands be passed on as they are, and who runs them? */
async function checkShell(shell: Shell, steps: Steps, signal?: AbortSignal): Promise<{ uid: number }> {
  steps.begin('shell');
  const token = randomBytes(6).toString('hex');
  const { stdout, stderr, code } = await shell.run({
    title: 'a first command',
    as: 'own',
    script: `printf '%s\\n' ${token} "$1"; id -u; uname -sr`,
    args: [difficult],
    timeoutMs,
    signal,
  });
  const said = clean(`${stdout} ${stderr}`, 300);
  const at = stdout.indexOf(`${token}\n`);
  const [heard, uid, system] = stdout.slice(Math.max(0, at)).split('\n').slice(1);
  if (at > 0) {
    throw new ConnectError(
      'shell',
      true,
      `The host writes text of its own before the output of commands (${clean(stdout.slice(0, at), 200)}).`,
      'In the start-up file of the shell there (~/.bashrc, ~/.cshrc), write nothing when the shell is not interactive: [ -t 1 ] || return',
    );
  }
  if (at < 0 || heard !== difficult) {
    throw new ConnectError(
      'shell',
      true,
      `Commands do not arrive at the host as they were sent (code ${code ?? 'none'}: ${said}).`,
      'Give the account on the host a usual login shell (chsh -s /bin/sh), and no ForceCommand.',
    );
  }
  steps.saw(`Commands run as user ${whole(uid)} on ${clean(system ?? '', 100)}.`);
  return { uid: whole(uid, -1) };
}

/** Are the commands root's? */
async function checkRights(
  shell: Shell,
  uid: number,
  draft: HostDraft,
  steps: Steps,
  signal?: AbortSignal,
): Promise<void> {
  steps.begin('sudo');
  if (!draft.sudo && uid === 0) return steps.saw('The user is root; sudo is not needed.');
  if (!draft.sudo) {
    throw new ConnectError(
      'sudo',
      true,
      'The user of this connection is not root, and xl works for root only.',
      'Let Domus use sudo on this host, or log in as root.',
    );
  }
  try {
    const { stdout, code, stderr } = await shell.run({
      title: 'sudo',
      script: 'id -u',
      timeoutMs: 5 * 60_000,
      signal,
    });
    if (code === 0 && stdout.trim() === '0') return steps.saw("sudo makes commands root's.");
    throw new ConnectError(
      'sudo',
      true,
      `sudo did not make the command root's (${clean(stderr || stdout, 200)}).`,
      'Try the same with sudo in a terminal on the host.',
    );
  } catch (error) {
    if (error instanceof ConnectError || !(error instanceof Error) || !('fix' in error)) throw error;
    throw new ConnectError(
      'sudo',
      true,
      error.message,
      typeof error.fix === 'string' ? error.fix : 'Look at sudo on the host.',
    );
  }
}

const probeScript =
  'for t in "$@"; do if command -v "$t" >/dev/null 2>&1; then echo "tool $t"; fi; done; ' +
  'echo "hypervisor $(cat /sys/hypervisor/type 2>/dev/null)"; echo "uptime $(cut -d. -f1 /proc/uptime 2>/dev/null)"; ' +
  'echo "cpu $(sed -n "s/^model name.*: //p" /proc/cpuinfo 2>/dev/null | head -n 1)"; ' +
  'for b in /sys/class/net/*/bridge; do if [ -d "$b" ]; then b=${b%/bridge}; echo "bridge ${b##*/}"; fi; done; ' +
  'echo "ovs $(ovs-vsctl list-br 2>/dev/null | tr "\\n" " ")"; ' +
  'echo "@info"; xl info 2>&1; echo "@code $?"';

function toolstackProblem(hypervisor: string, hasXl: boolean, said: string): ConnectError {
  if (hypervisor !== 'xen' && !/xen/i.test(said)) {
    return new ConnectError(
      'toolstack',
      true,
      'This system does not run on Xen: it is an ordinary Linux, or Xen was not chosen at boot.',
      'Install Xen there (Debian: apt install xen-system-amd64) and choose its entry in the boot menu.',
      'ERROR_NI',
    );
  }
  if (!hasXl) {
    return new ConnectError(
      'toolstack',
      true,
      'The system runs on Xen, but xl is not there.',
      'Install the tools there (Debian: apt install xen-utils-common xen-utils). A XenServer or XCP-ng pool has a toolstack of its own, which Domus does not speak.',
      'ERROR_NI',
    );
  }
  return new ConnectError(
    'toolstack',
    true,
    `xl does not work there: ${clean(said, 400)}.`,
    'Run xl info as root in a terminal on the host. In a guest of Xen xl cannot work; in dom0 its services must run (systemctl status xenstored xenconsoled).',
  );
}

export function versionWarning(major: number, minor: number): string | null {
  const number = major * 1000 + minor;
  const [low, high] = [oldest[0] * 1000 + oldest[1], newest[0] * 1000 + newest[1]];
  if (number >= low && number <= high) return null;
  const is = number < low ? 'older' : 'newer';
  return `Xen ${major}.${minor} is ${is} than what Domus was made for (${oldest.join('.')} to ${newest.join('.')}): some things may not work.`;
}

/** Everything from the first command on. Rejects with ConnectError, with what the shell says, or with the signal's reason. */
export async function probe(
  shell: Shell,
  draft: HostDraft,
  steps: Steps,
  nowMs: number,
  signal?: AbortSignal,
): Promise<XenFacts> {
  const { uid } = await checkShell(shell, steps, signal);
  await checkRights(shell, uid, draft, steps, signal);
  steps.begin('toolstack');
  const { stdout } = await shell.run({
    title: 'xl info',
    script: probeScript,
    args: tools,
    timeoutMs,
    signal,
  });
  const [head = '', rest = ''] = stdout.split('@info\n');
  const said = rest.slice(0, rest.lastIndexOf('@code'));
  const worked = /@code 0\s*$/.test(rest);
  const words = (key: string): string[] =>
    head
      .split('\n')
      .flatMap((line) => (line.startsWith(`${key} `) ? [clean(line.slice(key.length + 1), 200)] : []));
  const found = new Set(words('tool').filter((tool) => (tools as readonly string[]).includes(tool)));
  const facts = parseInfo(said);
  if (!worked || !infoFields(said).has('xen_major')) {
    throw toolstackProblem(words('hypervisor')[0] ?? '', found.has('xl'), said);
  }
  const { physical } = facts;
  steps.saw(
    `xl works: ${physical.host || 'the host'} has ${physical.nrCpus} CPUs and ${Math.floor(physical.totalMemoryKiB / 1024)} MiB.`,
  );
  await checkXenstore(shell, found, steps, signal);
  steps.begin('version');
  const warning = versionWarning(physical.xenMajor, physical.xenMinor);
  steps.saw(warning ?? `Xen ${facts.version}.`);
  const uptime = whole(words('uptime')[0], -1);
  const bridges = [...words('bridge'), ...(words('ovs')[0] ?? '').split(' ')].filter((name) =>
    /^[\w.-]{1,15}$/.test(name),
  );
  return {
    ...facts,
    tools: found,
    bridges: [...new Set(bridges)].slice(0, 64),
    cpuModel: words('cpu')[0] ?? '',
    startedAt: uptime < 0 ? null : nowMs - uptime * 1000,
    versionWarning: warning,
  };
}

async function checkXenstore(
  shell: Shell,
  found: ReadonlySet<string>,
  steps: Steps,
  signal?: AbortSignal,
): Promise<void> {
  steps.begin('xenstore');
  if (!found.has('xenstore-read')) {
    throw new ConnectError(
      'xenstore',
      true,
      'The programs to read the XenStore are not there (xenstore-read).',
      'Install them on the host (Debian: apt install xenstore-utils).',
      'ERROR_NI',
    );
  }
  const { code, stderr } = await shell
    .run({ title: 'xenstore-read', script: 'xenstore-read /local/domain/0/name', timeoutMs: 8000, signal })
    .catch((error: unknown) => {
      if (signal?.aborted) throw error;
      return { code: 1, stderr: error instanceof Error ? error.message : String(error) };
    });
  if (code !== 0) {
    throw new ConnectError(
      'xenstore',
      false,
      `The XenStore does not answer: ${clean(stderr, 300)}`,
      'Start it on the host: systemctl start xenstored (or xencommons).',
    );
  }
  steps.saw('The XenStore answers.');
}
