import type { InOut } from '../../measurement/traffic.js';

/** A value with its labels. null: unknown, and left out: in a file of metrics no number is better than a wrong one. */
export type Value = { readonly labels: Readonly<Record<string, string>>; readonly value: number | null };

/** Metrics of one name; `unit` is the name's last word. All are gauges: the next run's value may be lower. */
export type Family = {
  readonly name: string;
  readonly unit?: string;
  readonly help: string;
  readonly samples: readonly Value[];
};

/** A value for each direction, which is a label beside the others. */
export const directions = (values: InOut<number | null>, labels: Value['labels'] = {}): Value[] =>
  (['in', 'out'] as const).map((direction) => ({ labels: { ...labels, direction }, value: values[direction] }));

/** A family of one value without labels. */
export const single = (name: string, help: string, value: number | null, unit?: string): Family => ({
  name,
  help,
  ...(unit !== undefined && { unit }),
  samples: [{ labels: {}, value }],
});
