import type { JudgedLimit } from '../../measurement/budget.js';
import { limitName } from '../phrases/limit-text.js';
import type { Family, Value } from './family.js';

/** As metrics call them: the last word of the name; a count has none. */
const UNITS = { octets: 'bytes', 'octets/s': 'bytes_per_second', count: undefined } as const;

const unitOf = ({ unit = 'octets' }: JudgedLimit) => UNITS[unit];

/** A warning is a limit of its own beside the one that fails. */
const labelsOf = (limit: JudgedLimit): Value['labels'] => ({
  limit: limitName(limit),
  ...(limit.level === 'warn' && { level: 'warn' }),
});

/** The limits of a budget: what they allow, what was used, and which was exceeded. */
export function budgetMetrics(limits: readonly JudgedLimit[]): Family[] {
  const units = [...new Set(limits.map(unitOf))];
  const verdicts = { within: 0, exceeded: 1, unmeasured: null } as const;
  return [
    ...units.flatMap((unit) => {
      const alike = limits.filter((limit) => unitOf(limit) === unit);
      const family = (name: string, help: string, value: (limit: JudgedLimit) => number | null) => ({
        name: unit === undefined ? `netmeter_budget_${name}` : `netmeter_budget_${name}_${unit}`,
        ...(unit !== undefined && { unit }),
        help,
        samples: alike.map((limit) => ({ labels: labelsOf(limit), value: value(limit) })),
      });
      return [
        family('allowed', 'What a limit of the budget allows.', ({ limit }) => limit),
        family('used', 'What was used of a limit.', ({ used }) => used),
      ];
    }),
    {
      name: 'netmeter_budget_exceeded',
      help: '1 when more was used than the limit allows, 0 when not; absent when that cannot be judged.',
      samples: limits.map((limit) => ({ labels: labelsOf(limit), value: verdicts[limit.verdict] })),
    },
  ];
}
