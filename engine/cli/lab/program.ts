import type { LabId, LabInfo, LabsInfo } from '../../api/lab.ts';

/** `npm run lab -- COMMAND`: the Xen lab without the window. */

/** What can be asked of the lab, by the names of the contract. */
export type LabCall =
  | { readonly verb: 'build' | 'forgetImage' }
  | { readonly verb: 'import' | 'export'; readonly path: string }
  | { readonly verb: 'start' | 'reset' | 'remove'; readonly lab: LabId }
  | { readonly verb: 'stop'; readonly lab: LabId; readonly force: boolean };

export interface LabWorld {
  status(): Promise<LabsInfo>;
  /** Rejects with an error whose `fix`, if it has one, says what to do. */
  run(call: LabCall, onStage: (stage: string) => void): Promise<void>;
  /** Runs this computer's ssh into a lab; resolves with its exit code. */
  ssh(lab: LabInfo, words: readonly string[]): Promise<number>;
  /** A path as the person meant it, absolute. */
  absolute(path: string): string;
  out(text: string): void;
  err(text: string): void;
}

const usage = `Usage: npm run lab -- COMMAND          (N is 1 or 2; 1 unless said otherwise)
  build               Build the image of a real Xen host (Debian and Ubuntu)
  import FILE         Take an image that was exported on another computer
  export FILE         Write the image into a file, for other computers
  start [N]           Start a lab; builds the image when there is none
  stop [N] [--force]  Switch it off; with --force pull the plug
  reset [N]           Back to the image: everything done in it is lost
  remove [N]          Delete it
  forget-image        Delete the image
  ssh [N] [COMMAND…]  Go into dom0
  status [--json]     What there is
`;

const isLabNumber = (word: string | undefined): boolean => word === '1' || word === '2';

interface Words {
  readonly lab: LabId;
  readonly rest: readonly string[];
}

/** A leading lab number is taken off. */
function labFirst(words: readonly string[]): Words {
  const [first, ...rest] = words;
  if (!isLabNumber(first)) return { lab: 'lab1', rest: words };
  return { lab: `lab${first}` as LabId, rest };
}

/** The call that the words ask for; null when they are not understood. */
export function parseCall(
  command: string,
  words: readonly string[],
  absolute: (path: string) => string,
): LabCall | null {
  const force = words.includes('--force');
  const { lab, rest } = labFirst(words.filter((word) => word !== '--force'));
  const [path] = words;
  if (command === 'build' && words.length === 0) return { verb: 'build' };
  if (command === 'forget-image' && words.length === 0) return { verb: 'forgetImage' };
  if ((command === 'import' || command === 'export') && words.length === 1 && path) {
    return { verb: command, path: absolute(path) };
  }
  if (rest.length > 0) return null;
  if (command === 'stop') return { verb: 'stop', lab, force };
  if (force) return null;
  return command === 'start' || command === 'reset' || command === 'remove' ? { verb: command, lab } : null;
}

const mebi = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`;

function ability(what: string, { possible, why, fix }: LabsInfo['run']): string {
  return possible ? '' : `${what}: ${why ?? 'not possible here'} ${fix ?? ''}\n`;
}

export function statusText({ image, build, run, labs }: LabsInfo): string {
  const imageLine = image
    ? `Image: ${image.version}, ${mebi(image.bytes)}${image.current ? '' : ', made by another version of Domus'}\n`
    : 'Image: none yet\n';
  const lines = labs.map(({ id, state, sshPort, accelerator, diskBytes, note }) => {
    const where =
      sshPort === null ? '' : `, ssh on port ${sshPort}, ${accelerator === 'kvm' ? 'KVM' : 'emulated'}`;
    const kept = diskBytes > 0 ? `, ${mebi(diskBytes)} of its own` : '';
    return `${id}: ${state}${where}${kept}${note === null ? '' : `. ${note}`}\n`;
  });
  return [imageLine, ability('Building', build), ability('Running', run), ...lines].join('');
}

async function ssh(words: readonly string[], world: LabWorld): Promise<number> {
  const { lab: id, rest } = labFirst(words);
  const lab = (await world.status()).labs.find((one) => one.id === id);
  if (lab?.state === 'running') return world.ssh(lab, rest[0] === '--' ? rest.slice(1) : rest);
  world.err(`${id} does not run. Start it with: npm run lab -- start ${id.slice(3)}\n`);
  return 1;
}

async function status(words: readonly string[], world: LabWorld): Promise<number> {
  const info = await world.status();
  world.out(words.includes('--json') ? `${JSON.stringify(info, null, 2)}\n` : statusText(info));
  return 0;
}

/** Resolves with the exit code: 2 for words that are not understood, 1 for what failed. */
export async function runLab(words: readonly string[], world: LabWorld): Promise<number> {
  const [command = 'help', ...rest] = words;
  if (command === 'status') return status(rest, world);
  if (command === 'ssh') return ssh(rest, world);
  const call = parseCall(command, rest, (path) => world.absolute(path));
  if (!call) {
    world.err(usage);
    return command === 'help' || command === '--help' ? 0 : 2;
  }
  let last = '';
  try {
    await world.run(call, (stage) => {
      if (stage !== last && stage !== '') world.err(`${stage} …\n`);
      last = stage;
    });
    world.out(statusText(await world.status()));
    return 0;
  } catch (error) {
    const { message, fix } = error as Error & { fix?: string };
    world.err(`${message}\n${fix === undefined ? '' : `${fix}\n`}`);
    return 1;
  }
}
