import type { Need } from './field.js';
import { is } from './matches.js';
import type { Statement, Step } from './statement.js';

/** The expressions of statements one after the other, with those that they need, each once. */
export function ruleOf(...statements: readonly Statement[]): readonly Step[] {
  const known: Need[] = [];
  return statements.flatMap(({ steps, needs, shows }) => {
    const missing = needs.filter((need) => !known.some((each) => isSame(each, need)));
    known.push(...missing, ...(shows ? [shows] : []));
    return [...missing.flatMap((need) => is(need.field, Buffer.of(need.value)).steps), ...steps];
  });
}

const isSame = (a: Need, b: Need) => a.field === b.field && a.value === b.value;
