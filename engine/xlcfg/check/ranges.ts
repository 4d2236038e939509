import { strtoul, toInt32, toUint32 } from '../cnumber.ts';
import type { Value } from '../syntax/document.ts';
import type { Context, Step } from './context.ts';

const UINT32_MAX = 0xffff_ffffn;
export const ALTP2M_MODES = ['disabled', 'mixed', 'external', 'limited'];

const altp2m: Step = (context) => {
  const { build, reader } = context;
  const number = reader.integer('altp2m', 'quiet');
  const text = number === undefined ? reader.string('altp2m') : undefined;
  if (number === undefined && text === undefined) return;
  const known =
    number === undefined ? context.member(text as string, ALTP2M_MODES) : ALTP2M_MODES[Number(number)];
  const shown = number === undefined ? `"${text}"` : String(number);
  if (known === undefined)
    context.fail('bad-value', `ERROR: invalid value ${shown} for "altp2m"`, { param: 'altp2m', near: shown });
  build.altp2m = known;
};

const tracing: Step = (context) => {
  const { build, reader } = context;
  context.number(build, 'altp2m_count', 'altp2m_count', toUint32);
  const size = reader.integer('vmtrace_buf_kb', 'quiet');
  if (size !== undefined && size !== 0n) build.vmtrace_buf_kb = toInt32(size);
};

function element(context: Context, item: Value, text: string): string {
  return typeof item === 'string' ? item : context.fail('bad-list', text);
}

function ioport(context: Context, text: string): { first: number; number: number } {
  const bad = `xl: Invalid argument parsing ioport: ${text}`;
  const bounded = (value: bigint): number => {
    if (value >= UINT32_MAX)
      context.fail('ioport', `xl: ioport ${value.toString(16)} too big`, { param: 'ioports', near: text });
    return Number(value);
  };
  const start = strtoul(text, 16);
  if (start.end === 0) context.fail('ioport', bad, { param: 'ioports', near: text });
  const first = bounded(start.value);
  const rest = text.slice(start.end);
  if (!rest.startsWith('-')) {
    if (rest !== '') context.warn('ioport', bad, { param: 'ioports', near: text });
    return { first, number: 1 };
  }
  const stop = strtoul(rest.slice(1), 16);
  if (stop.end === 0 || stop.end !== rest.length - 1)
    context.fail('ioport', bad, { param: 'ioports', near: text });
  return { first, number: toUint32(BigInt(bounded(stop.value) - first + 1)) };
}

const ioports: Step = (context) => {
  const list = context.reader.list('ioports');
  if (list === undefined) return;
  context.build.ioports = list.map((item, index) =>
    ioport(context, element(context, item, `xl: Unable to get element #${index} in ioport list`)),
  );
};

const irqs: Step = (context) => {
  const list = context.reader.list('irqs');
  if (list === undefined) return;
  context.build.irqs = list.map((item, index) => {
    const text = element(context, item, `xl: Unable to get element ${index} in irq list`);
    const { value, end } = strtoul(text, 10);
    if (end === 0 || end !== text.length)
      context.fail('irq', `xl: Invalid argument parsing irq: ${text}`, { param: 'irqs', near: text });
    if (value >= UINT32_MAX)
      context.fail('irq', `xl: irq ${value.toString(16)} too big`, { param: 'irqs', near: text });
    return Number(value);
  });
};

const IOMEM = /^\s*([+-]?(?:0x)?[0-9a-f]+),\s*([+-]?(?:0x)?[0-9a-f]+)(?:@\s*([+-]?(?:0x)?[0-9a-f]+))?$/i;

const iomem: Step = (context: Context) => {
  const list = context.reader.list('iomem');
  if (list === undefined) return;
  context.build.iomem = list.map((item, index) => {
    const text = element(context, item, `xl: Unable to get element ${index} in iomem list`);
    const match = IOMEM.exec(text);
    if (match === null)
      context.fail('iomem', `xl: Invalid argument parsing iomem: ${text}`, { param: 'iomem', near: text });
    const [start, number, gfn] = match
      .slice(1)
      .map((part) => (part === undefined ? undefined : strtoul(part, 16).value));
    return {
      start: Number(start),
      number: Number(number),
      ...(gfn === undefined ? {} : { gfn: Number(gfn) }),
    };
  });
};

export const RANGES: readonly Step[] = [altp2m, tracing, ioports, irqs, iomem];
