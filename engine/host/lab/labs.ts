import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { mkdir, readFile } from 'node:fs/promises';
import { z } from 'zod';
import { DomusError, type LabId, labId, type LabImage, type LabsInfo } from '../../api/index.ts';
import type { LabRegistrar, LabTools } from '../lab.ts';
import type { Operation } from '../operation.ts';
import { writeFileAtomic } from '../local/atomic-file.ts';
import { exportImage, importImage } from './archive.ts';
import { buildImage } from './build.ts';
import { type Identities, identities, otherLab } from './identity.ts';
import { ImageStore, recipeOf } from './image-store.ts';
import { Lab, type LabContext } from './lab.ts';
import { freeUdpPort } from './ports.ts';
import { canBuild, canRun, realSurroundings } from './requirements.ts';

export interface LabsOptions {
  /** Where labs are kept. */
  readonly directory: string;
  /** Where images are kept; several engines may share it. */
  readonly imageDirectory: string;
  /** The build script's directory, `assets/lab`. */
  readonly recipeDirectory: string;
  /** Null: labs are not made hosts. */
  readonly registrar: LabRegistrar | null;
  /** True: labs go on when these `Labs` are closed. */
  readonly keepRunning?: boolean;
  readonly onChange: (info: LabsInfo) => void;
  readonly log: (level: 'info' | 'warn' | 'error', text: string) => void;
}

/** Where the system keeps what can be made again. */
export function defaultImageDirectory(env: NodeJS.ProcessEnv = process.env): string {
  const cache = env['XDG_CACHE_HOME'];
  if (cache && isAbsolute(cache)) return join(cache, 'domus', 'lab');
  const below = process.platform === 'darwin' ? join('Library', 'Caches') : '.cache';
  return join(homedir(), below, 'domus', 'lab');
}

const wirePorts = z.record(labId, z.int().min(1).max(65535));

/** All labs, and the image they begin from. */
export class Labs implements LabTools {
  readonly #options: LabsOptions;
  readonly #images: ImageStore;
  readonly #labs: ReadonlyMap<LabId, Lab>;
  #image: LabImage | null = null;
  #abilities = abilities();
  #keys: Promise<Identities> | undefined;
  #making: Promise<void> | null = null;

  private constructor(options: LabsOptions, recipe: string) {
    this.#options = options;
    this.#images = new ImageStore(options.imageDirectory, recipe);
    const context: LabContext = {
      registrar: options.registrar,
      identities: () => (this.#keys ??= identities(join(options.directory, 'keys'))),
      wire: (lab) => this.#wire(lab),
      changed: () => this.#changed(),
      log: options.log,
    };
    this.#labs = new Map(labId.options.map((id) => [id, new Lab(id, join(options.directory, id), context)]));
  }

  /** Takes up what is in the directory; labs that run already are found again. */
  static async open(options: LabsOptions): Promise<Labs> {
    const labs = new Labs(options, await recipeOf(options.recipeDirectory));
    labs.#image = await labs.#images.current();
    await Promise.all([...labs.#labs.values()].map((lab) => lab.recover()));
    labs.#changed();
    return labs;
  }

  async status(): Promise<LabsInfo> {
    this.#abilities = abilities();
    this.#image = await this.#images.current();
    for (const lab of this.#labs.values()) await lab.measure();
    return this.#info();
  }

  build(op: Operation): Promise<void> {
    const able = canBuild(realSurroundings());
    if (!able.possible) return Promise.reject(refusal(able));
    return this.#make((folder) => buildImage(this.#options.recipeDirectory, this.#images.recipe, folder, op));
  }

  import(path: string, op: Operation): Promise<void> {
    const able = canRun(realSurroundings());
    if (!able.possible) return Promise.reject(refusal(able));
    return this.#make((folder) => importImage(path, folder, op));
  }

  async export(path: string, op: Operation): Promise<void> {
    if (!isAbsolute(path))
      throw new DomusError('ERROR_INVAL', 'Choose where the file is to be.', { field: 'path' });
    const image = await this.#images.current();
    if (!image) throw new DomusError('ERROR_NOTFOUND', 'There is no image yet.', { fix: 'Build it first.' });
    const { recipe, version, builtAt } = image;
    await exportImage(this.#images.pathOf(recipe), { format: 1, recipe, version, builtAt }, path, op);
  }

  async start(id: LabId, op: Operation): Promise<void> {
    const able = canRun(realSurroundings());
    if (!able.possible) throw refusal(able);
    await this.#lab(id).start(() => this.#imageFolder(op), op);
  }

  stop(id: LabId, { force }: { force: boolean }, op: Operation): Promise<void> {
    return this.#lab(id).stop(force, op);
  }

  reset(id: LabId, op: Operation): Promise<void> {
    return this.#lab(id).reset(() => this.#imageFolder(op), op);
  }

  remove(id: LabId, op: Operation): Promise<void> {
    return this.#lab(id).remove(op);
  }

  async forgetImage(): Promise<void> {
    if (this.#making) throw new DomusError('ERROR_LOCK_FAIL', 'The image is being made just now.');
    if (this.#image) await this.#images.forget(this.#image.recipe);
    this.#image = await this.#images.current();
    this.#changed();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#labs.values()].map((lab) => lab.close(this.#options.keepRunning ?? false)));
  }

  #lab(id: LabId): Lab {
    const lab = this.#labs.get(id);
    if (!lab) throw new DomusError('ERROR_NOTFOUND', `There is no lab "${id}".`);
    return lab;
  }

  /** Where to begin from; built now when there is nothing yet. */
  async #imageFolder(op: Operation): Promise<string> {
    if (this.#making) await this.#making.catch(() => undefined);
    if (!(await this.#images.current())) await this.build(op);
    const image = await this.#images.current();
    if (!image)
      throw new DomusError('ERROR_NOTFOUND', 'There is no image to begin from.', { fix: 'Build it first.' });
    return this.#images.pathOf(image.recipe);
  }

  async #make(make: Parameters<ImageStore['add']>[0]): Promise<void> {
    if (this.#making) {
      throw new DomusError('ERROR_LOCK_FAIL', 'An image is being made already.', {
        fix: 'Wait until that has ended, or cancel it in Activity.',
      });
    }
    await mkdir(this.#options.imageDirectory, { recursive: true });
    this.#making = this.#images.add(make);
    try {
      await this.#making;
    } finally {
      this.#making = null;
      this.#image = await this.#images.current();
      this.#changed();
    }
  }

  /** Both ends of the wire must know each other's port: they are chosen together, and kept. */
  async #wire(id: LabId): Promise<{ own: number; peer: number }> {
    const peer = otherLab(id);
    const path = join(this.#options.directory, 'wire.json');
    const kept = await readFile(path, 'utf8').then(
      (text) => wirePorts.safeParse(JSON.parse(text)).data,
      () => undefined,
    );
    const own = await freeUdpPort(kept?.[id] ?? null);
    const other = kept?.[peer] ?? (await freeUdpPort(null));
    if (this.#lab(peer).state === 'running' && kept?.[id] !== undefined && kept[id] !== own) {
      this.#options.log('warn', `The wire between the labs is cut until ${peer} is started again.`);
    }
    await writeFileAtomic(path, JSON.stringify({ [id]: own, [peer]: other }));
    return { own, peer: other };
  }

  #info(): LabsInfo {
    return {
      image: this.#image,
      ...this.#abilities,
      labs: [...this.#labs.values()].map((lab) => lab.info()),
    };
  }

  #changed(): void {
    this.#options.onChange(this.#info());
  }
}

function abilities(): Pick<LabsInfo, 'build' | 'run'> {
  const here = realSurroundings();
  return { build: canBuild(here), run: canRun(here) };
}

const refusal = ({ why, fix }: { why: string | null; fix: string | null }): DomusError =>
  new DomusError('ERROR_NI', why ?? 'This is not possible here.', fix === null ? {} : { fix });
