import { runTop, type TopWorld } from '../../xentop/program.ts';
import { clientOf, type Xl, type XlContext } from '../context.ts';
import type { CommandTable } from '../program.ts';

/** The figures of xentop from the engine. */
export const topWorld = (xl: Xl): TopWorld => ({
  terminal: xl.terminal,
  out: (text) => xl.out(text),
  err: (text) => xl.err(text),
  now: () => xl.now(),
  sleep: (ms) => xl.sleep(ms),
  async sample() {
    const client = await clientOf(xl);
    const on = { host: xl.host };
    const [rows, physical] = await Promise.all([client.dom0.domains(on), client.dom0.physical(on)]);
    return { rows, physical };
  },
});

/** `xl top` is xentop without options. */
export const topCommands: CommandTable<XlContext> = {
  top: { run: (_, __, xl) => runTop([], topWorld(xl)) },
};
