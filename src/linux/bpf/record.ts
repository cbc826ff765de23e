/** How a map's value is laid out: numbers of 64 bits, one after the other. */
export type RecordLayout<Field extends string> = {
  readonly size: number;
  /** Where each begins. */
  readonly at: Readonly<Record<Field, number>>;
  /** Reads the values of all CPUs together: the sum of each field. */
  readonly sum: (values: Buffer) => Record<Field, bigint>;
};

/** Lays out a record of unsigned numbers of 64 bits in the order of their names. */
export function recordOf<Field extends string>(...fields: readonly Field[]): RecordLayout<Field> {
  const size = fields.length * 8;
  const places = fields.map((field, index) => [field, index * 8] as const);
  return {
    size,
    at: Object.fromEntries(places) as Record<Field, number>,
    sum: (values) =>
      Object.fromEntries(places.map(([field, at]) => [field, sumOf(values, at, size)])) as Record<Field, bigint>,
  };
}

function sumOf(values: Buffer, at: number, size: number): bigint {
  let sum = 0n;
  for (let offset = at; offset < values.length; offset += size) sum += values.readBigUInt64LE(offset);
  return sum;
}
