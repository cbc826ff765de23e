import type { Isolation } from '../../measurement/isolation.js';
import type { EarlierRun } from './earlier-run.js';

/** Stands for arguments that a report hides. */
const HIDDEN = '...';

/** Why the numbers of two runs mean different things; empty: they can be compared. */
export function whyIncomparable(before: EarlierRun, after: EarlierRun): string[] {
  const kinds = differ('the isolation', before.isolation.kind, after.isolation.kind);
  if (kinds.length > 0) return kinds;
  return [
    differ('the format of the report', before.schema, after.schema),
    differ('what carried the packets', transport(before.isolation), transport(after.isolation)),
    differ('the MTU', mtu(before.isolation), mtu(after.isolation)),
    differ('how octets were counted', before.method.name, after.method.name),
  ].flat();
}

/** Why two commands are not the same; empty: they are, as far as the reports say. */
export function whyOtherCommand(before: EarlierRun, argv: readonly string[]): string[] {
  const [then, now] = [before.command.argv, argv];
  const hides = [then, now].some((words) => words.length === 2 && words[1] === HIDDEN);
  return hides ? differ('the command', then[0], now[0]) : differ('the command', inLine(then), inLine(now));
}

/** A script that was handed over as a word may have many lines, and a reason has one. */
const inLine = (words: readonly string[]) =>
  words.join(' ').replaceAll(/\p{Cc}/gu, (character) => JSON.stringify(character).slice(1, -1));

function differ(what: string, before: unknown, after: unknown): string[] {
  return before === after ? [] : [`${what} was ${before ?? 'none'} and is ${after ?? 'none'}`];
}

const mtu = (isolation: Isolation) => ('mtu' in isolation ? isolation.mtu : undefined);
const transport = (isolation: Isolation) => ('tool' in isolation ? isolation.tool : undefined);
