/** Module hooks: the built shell's `electron` is the stand-in. */
type Next = (specifier: string, context: unknown) => Promise<unknown>;

export function resolve(specifier: string, context: unknown, next: Next): Promise<unknown> {
  if (specifier !== 'electron') return next(specifier, context);
  const url = process.env['STAND_IN_ELECTRON'] ?? '';
  return Promise.resolve({ url, shortCircuit: true, format: 'module' });
}
