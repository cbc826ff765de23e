/** Says what is wrong with a value, by its path; undefined: nothing. */
export type Check = (value: unknown, path: string) => string | undefined;

const unless = (right: (value: unknown) => boolean, what: string): Check => {
  return (value, path) => (right(value) ? undefined : `${path} is not ${what}`);
};

export const text = unless((value) => typeof value === 'string', 'a text');
export const flag = unless((value) => typeof value === 'boolean', 'true or false');
export const decimal = unless((value) => typeof value === 'string' && /^\d{1,40}$/.test(value), 'a decimal number');
export const count = unless((value) => Number.isSafeInteger(value) && Number(value) >= 0, 'a count');
export const instant = unless((value) => typeof value === 'string' && !Number.isNaN(Date.parse(value)), 'a time');
export const just = (expected: unknown) => unless((value) => value === expected, JSON.stringify(expected));

export const nullable = (check: Check): Check => {
  return (value, path) => (value === null ? undefined : check(value, path));
};
export const optional = (check: Check): Check => {
  return (value, path) => (value === undefined ? undefined : check(value, path));
};

/** An object with these entries; others may be there, written by a later netmeter. */
export const object = (checks: Readonly<Record<string, Check>>): Check => {
  return (value, path) => {
    if (!isObject(value)) return `${path} is not an object`;
    return first(Object.entries(checks), ([key, check]) => check(value[key], `${path}.${key}`));
  };
};

/** An object whose entries are all alike. */
export const mapOf = (check: Check): Check => {
  return (value, path) => {
    if (!isObject(value)) return `${path} is not an object`;
    return first(Object.entries(value), ([key, entry]) => check(entry, `${path}.${key}`));
  };
};

export const listOf = (check: Check): Check => {
  return (value, path) => {
    if (!Array.isArray(value)) return `${path} is not a list`;
    return first(value.entries(), ([at, entry]) => check(entry, `${path}.${at}`));
  };
};

/** One of several objects, distinguished by `kind`. */
export const kinds = (checks: Readonly<Record<string, Readonly<Record<string, Check>>>>): Check => {
  return (value, path) => {
    const kind = isObject(value) ? value['kind'] : undefined;
    const known = typeof kind === 'string' && Object.hasOwn(checks, kind) ? checks[kind] : undefined;
    return known ? object(known)(value, path) : `${path}.kind is not known`;
  };
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function first<T>(items: Iterable<T>, check: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const wrong = check(item);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}
