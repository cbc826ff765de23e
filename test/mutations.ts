/** Numbers that look random and are the same each time: mulberry32. */
export function generator(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

type Below = ReturnType<typeof generator>;

const pick = <T>(among: readonly T[], below: Below): T => among[below(among.length)] as T;

const BYTES = [0, 0x0a, 0x1b, 0x20, 0x22, 0x2d, 0x30, 0x39, 0x5c, 0x7b, 0x7f, 0x80, 0xc3, 0xff];

/** A file as a broken disk, a power loss or an enemy leaves it: some bytes are others, gone, doubled or somewhere else. */
export function mutateBytes(bytes: Buffer, below: Below): Buffer {
  let mutated = Buffer.from(bytes);
  for (let times = below(4) + 1; times > 0 && mutated.length > 0; times--) {
    const at = below(mutated.length);
    const to = Math.min(mutated.length, at + below(64));
    const [before, part, behind] = [mutated.subarray(0, at), mutated.subarray(at, to), mutated.subarray(to)];
    switch (below(6)) {
      case 0:
        mutated = Buffer.concat([before, behind]);
        break;
      case 1:
        mutated = Buffer.concat([before, part, part, behind]);
        break;
      case 2:
        mutated = Buffer.from(before);
        break;
      case 3:
        mutated = Buffer.concat([before, Buffer.from([pick(BYTES, below)]), part, behind]);
        break;
      case 4:
        mutated = Buffer.concat([part, before, behind]);
        break;
      default:
        mutated[at] = below(2) === 0 ? pick(BYTES, below) : below(256);
    }
  }
  return mutated;
}

const VALUES: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  0.5,
  1e308,
  -1e-7,
  2 ** 53,
  '',
  'x',
  '-1',
  '1e999',
  '99999999999999999999999999',
  '\u0000\u001b[2J',
  '\ud800',
  'x'.repeat(5000),
  [],
  {},
  [null],
  { __proto__: null, kind: 'x' },
];
const KEYS = ['__proto__', 'constructor', 'toString', 'kind', 'schema', ''];

/** A value with some of its parts replaced, renamed or taken away, as deep as they stand. */
export function mutateValue(value: unknown, below: Below): unknown {
  const copy = structuredClone(value);
  for (let times = below(3) + 1; times > 0; times--) change(copy, below);
  return copy;
}

function change(value: unknown, below: Below): void {
  let at = value;
  for (;;) {
    if (typeof at !== 'object' || at === null) return;
    const table = at as Record<string, unknown>;
    const keys = Object.keys(table);
    if (keys.length === 0) return;
    const key = pick(keys, below);
    const child = table[key];
    if (typeof child === 'object' && child !== null && below(4) > 0) {
      at = child;
      continue;
    }
    const kind = below(4);
    if (kind === 0) delete table[key];
    else if (kind === 1) define(table, pick(KEYS, below), child);
    else define(table, key, structuredClone(pick(VALUES, below)));
    return;
  }
}

const define = (table: object, key: string, value: unknown) =>
  Object.defineProperty(table, key, { value, writable: true, enumerable: true, configurable: true });
