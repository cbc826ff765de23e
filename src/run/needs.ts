import type { Needs } from '../isolation/choose-isolation.js';
import { type Destination, type Egress, hasNames } from '../isolation/limits/destinations.js';
import type { MeasureOptions } from '../measure-options.js';

type Asked = Pick<MeasureOptions, 'egress' | 'enforce' | 'isolation' | 'publish' | 'rateLimit'>;

const NONE: Egress = { allow: [], deny: [] };

/** Those options that hold the command back, as they were given: a message names no other. */
export const gatesOf = ({ egress = NONE, enforce, rateLimit }: Asked): string[] => [
  ...(egress.allow.length > 0 ? ['--allow'] : []),
  ...(egress.deny.length > 0 ? ['--deny'] : []),
  ...(enforce ? ['--enforce'] : []),
  ...(rateLimit === undefined ? [] : ['--rate-limit']),
];

/** Those that in place the kernel cannot do for one command among others. */
function namespaceOptions({ egress = NONE, rateLimit, publish = [] }: Asked): string[] {
  const byName = (list: readonly Destination[]) => hasNames({ allow: list, deny: [] });
  return [
    ...(byName(egress.allow) ? ['--allow'] : []),
    ...(byName(egress.deny) ? ['--deny'] : []),
    ...(rateLimit === undefined ? [] : ['--rate-limit']),
    ...(publish.some(({ host, inner }) => host !== inner) ? ['--publish'] : []),
  ];
}

/** What the options of a run ask of the place where the command runs; undefined: nothing. */
export function needsOf(asked: Asked): Needs | undefined {
  const namespace = namespaceOptions(asked);
  const gates = gatesOf(asked);
  const options = [...new Set([...gates, ...namespace])];
  if (options.length === 0) return undefined;
  return {
    options,
    inPlace: namespace.length === 0,
    userMode: gates.length === 0,
    instead: insteadOf(options, asked.isolation),
  };
}

/** What needs no rights and does nearly the same. */
function insteadOf(options: readonly string[], isolation: Asked['isolation']): string | undefined {
  if (options.every((option) => option === '--enforce'))
    return 'instead of --enforce, --kill: it ends the command at the sample that shows the breach';
  if (isolation !== 'offline' && options.every((option) => option === '--allow' || option === '--deny'))
    return '--isolation offline, which refuses everything';
  return undefined;
}
