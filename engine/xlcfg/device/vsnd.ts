import { fields, strtok, strtoul, toUint32 } from '../cnumber.ts';
import { joinPairs, member, read, reject, splitAtEquals, type SpecResult } from './spec.ts';

/** Parameters that a sound card, a PCM device or a stream may have. */
export interface VsndParams {
  sample_rates?: number[];
  sample_formats?: string[];
  channels_min?: number;
  channels_max?: number;
  buffer_size?: number;
}

export interface VsndStream {
  unique_id?: string;
  /** Playback or capture. */
  type?: 'p' | 'c';
  params: VsndParams;
}

export interface VsndPcm {
  name?: string;
  params: VsndParams;
  streams: VsndStream[];
}

/** A paravirtual sound card as libxl's JSON names it. */
export interface Vsnd {
  backend_domname?: string;
  devid?: number;
  short_name?: string;
  long_name?: string;
  params: VsndParams;
  pcms: VsndPcm[];
}

export const SAMPLE_FORMATS = [
  ...[
    's8',
    'u8',
    's16_le',
    's16_be',
    'u16_le',
    'u16_be',
    's24_le',
    's24_be',
    'u24_le',
    'u24_be',
    's32_le',
    's32_be',
  ],
  ...['u32_le', 'u32_be', 'f32_le', 'f32_be', 'f64_le', 'f64_be', 'iec958_subframe_le', 'iec958_subframe_be'],
  ...['mu_law', 'a_law', 'ima_adpcm', 'mpeg', 'gsm'],
];

const NUMBERS: Readonly<Record<string, 'channels_min' | 'channels_max' | 'buffer_size'>> = {
  'channels-min': 'channels_min',
  'channels-max': 'channels_max',
  'buffer-size': 'buffer_size',
};
const CARD_TEXTS: Readonly<Record<string, 'backend_domname' | 'short_name' | 'long_name'>> = {
  backend: 'backend_domname',
  'short-name': 'short_name',
  'long-name': 'long_name',
};

/** True when the parameter is one of the common ones; a text when its value is wrong. */
function setParam(params: VsndParams, key: string, value: string): boolean | string {
  const number = Object.hasOwn(NUMBERS, key) ? NUMBERS[key] : undefined;
  if (number !== undefined) params[number] = toUint32(strtoul(value, 0).value);
  else if (key === 'sample-rates')
    params.sample_rates = strtok(value, ';').map((rate) => toUint32(strtoul(rate, 0).value));
  else if (key === 'sample-formats') {
    const formats = strtok(value, ';').map((name) => member(name, SAMPLE_FORMATS) ?? { bad: name });
    const bad = formats.find((format) => typeof format === 'object');
    if (typeof bad === 'object') return `Invalid pcm format: ${bad.bad}`;
    params.sample_formats = formats as string[];
  } else return false;
  return true;
}

class VsndParser {
  readonly card: Vsnd = { params: {}, pcms: [] };

  /** One item: `card|pcm|stream` and its parameters; gives what is wrong, if anything. */
  item(spec: string): string | undefined {
    const [kind, ...params] = fields(spec);
    if (kind === undefined) return undefined;
    const lower = kind.toLowerCase();
    if (lower === 'pcm') this.#addPcm();
    else if (lower === 'stream') this.#lastPcm().streams.push({ params: {} });
    else if (lower !== 'card') return `Invalid key: ${kind}`;
    for (const field of params) {
      const problem = this.#set(lower, field);
      if (problem !== undefined) return problem;
    }
    return undefined;
  }

  #addPcm(): VsndPcm {
    const pcm: VsndPcm = { params: {}, streams: [] };
    this.card.pcms.push(pcm);
    return pcm;
  }

  /** A stream without a PCM device gets one. */
  #lastPcm(): VsndPcm {
    return this.card.pcms.at(-1) ?? this.#addPcm();
  }

  #set(kind: string, field: string): string | undefined {
    const [key, value] = splitAtEquals(field) ?? ['', ''];
    const done = setParam(this.#holder(kind).params, key, value);
    if (typeof done === 'string') return done;
    return done ? undefined : this.#setOwn(kind, key, value, field);
  }

  #holder(kind: string): Vsnd | VsndPcm | VsndStream {
    if (kind === 'card') return this.card;
    return kind === 'pcm' ? this.#lastPcm() : this.#lastStream();
  }

  #lastStream(): VsndStream {
    return this.#lastPcm().streams.at(-1) as VsndStream;
  }

  /** What only a card, a PCM device or a stream has. */
  #setOwn(kind: string, key: string, value: string, field: string): string | undefined {
    const text = Object.hasOwn(CARD_TEXTS, key) ? CARD_TEXTS[key] : undefined;
    if (kind === 'card' && text !== undefined) this.card[text] = value;
    else if (kind === 'pcm' && key === 'name') this.#lastPcm().name = value;
    else if (kind === 'stream' && key === 'unique-id') this.#lastStream().unique_id = value;
    else if (kind === 'stream' && key === 'type') return this.#streamType(value);
    else return `Invalid parameter: ${field}`;
    return undefined;
  }

  #streamType(value: string): string | undefined {
    const type = member(value, ['p', 'c'] as const);
    if (type === undefined) return `Invalid stream type: ${value}`;
    this.#lastStream().type = type;
    return undefined;
  }
}

/** Reads a card given as the list of its items (xl-cfg reference §4). */
export function parseVsnd(items: readonly string[]): SpecResult<Vsnd> {
  const parser = new VsndParser();
  for (const item of items) {
    const problem = parser.item(item);
    if (problem !== undefined) return reject('vsnd', problem, item);
  }
  return read(parser.card);
}

function printParams(params: VsndParams): [string, string | number | undefined][] {
  return [
    ['sample-rates', params.sample_rates?.join(';')],
    ['sample-formats', params.sample_formats?.join(';')],
    ['channels-min', params.channels_min],
    ['channels-max', params.channels_max],
    ['buffer-size', params.buffer_size],
  ];
}

function item(kind: string, pairs: [string, string | number | undefined][]): string {
  const text = joinPairs(pairs);
  return text === '' ? kind : `${kind},${text}`;
}

/** The items of a card; reading them back gives the same card. */
export function printVsnd({ backend_domname, short_name, long_name, params, pcms }: Vsnd): string[] {
  return [
    item('card', [
      ['backend', backend_domname],
      ['short-name', short_name],
      ['long-name', long_name],
      ...printParams(params),
    ]),
    ...pcms.flatMap((pcm) => [
      item('pcm', [['name', pcm.name], ...printParams(pcm.params)]),
      ...pcm.streams.map((stream) =>
        item('stream', [
          ['unique-id', stream.unique_id],
          ['type', stream.type],
          ...printParams(stream.params),
        ]),
      ),
    ]),
  ];
}
