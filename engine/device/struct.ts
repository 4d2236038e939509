/** Looking into libxl's JSON of a whole domain, where anything may be missing. */
export type DomainStruct = Readonly<Record<string, unknown>>;

const isRecord = (value: unknown): value is DomainStruct =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function at(struct: DomainStruct, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => (isRecord(value) ? value[key] : undefined), struct);
}

export function textAt(struct: DomainStruct, ...path: readonly string[]): string | undefined {
  const value = at(struct, ...path);
  return typeof value === 'string' ? value : undefined;
}

export function numberAt(struct: DomainStruct, ...path: readonly string[]): number | undefined {
  const value = at(struct, ...path);
  return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : undefined;
}

/** libxl's three-valued booleans; `preset` is what unset means. */
export function boolAt(struct: DomainStruct, preset: boolean, ...path: readonly string[]): boolean {
  const value = textAt(struct, ...path);
  return value === undefined ? preset : value === 'True';
}

export function textsAt(struct: DomainStruct, ...path: readonly string[]): string[] {
  const value = at(struct, ...path);
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** An option that is one text or a list of texts. */
export function oneOrMany(struct: DomainStruct, path: readonly string[], key: string): string[] {
  const one = textAt(struct, ...path, key);
  return one === undefined ? textsAt(struct, ...path, `${key}_list`) : [one];
}

export const typeOf = (struct: DomainStruct): 'pv' | 'pvh' | 'hvm' => {
  const type = textAt(struct, 'c_info', 'type');
  return type === 'hvm' || type === 'pvh' ? type : 'pv';
};

/** Where the JSON keeps what is for one type of guest. */
export const hvmPath = ['b_info', 'type.hvm'] as const;
