import { type Message, NLM_F } from '../message.js';
import { encoded } from './codec.js';
import type { Command, TableName } from './command.js';
import { elements, INTERVAL_END, rule, SET_FLAGS, set } from './definitions.js';
import type { Expression } from './expression.js';
import { nftMessage } from './nfnetlink.js';
import type { Among, Step } from './statement.js';
import { commentNote, setNote } from './typeof-note.js';

/** Gives each set of a transaction a number, by which the rules in it find it. */
export type SetNumbers = { next(): number };

const CREATE = NLM_F.CREATE;

/** A rule, after the sets without names that it looks into. */
export function ruleMessages(
  command: Extract<Command, { kind: 'add rule' | 'insert rule' }>,
  numbers: SetNumbers,
): Message[] {
  const { kind, family, table: name, chain: into, steps, comment } = command;
  const sets: Message[] = [];
  const take = (step: Step): Expression => {
    if (step.kind !== 'among') return step;
    const setId = numbers.next();
    sets.push(...anonymousSet(step, command, setId));
    const { from, isInverted } = step;
    return { kind: 'lookup', set: ANONYMOUS, from, setId, ...(isInverted && { flags: INVERTED }) };
  };
  const expressions = steps.map(take);
  const userdata = comment === undefined ? {} : { userdata: commentNote(comment) };
  const attributes = encoded(rule, { table: name, chain: into, expressions, ...userdata });
  return [...sets, nftMessage('newRule', family, attributes, CREATE | (kind === 'add rule' ? NLM_F.APPEND : 0))];
}

/** The kernel replaces %d by a number that is free. */
const ANONYMOUS = '__set%d';
/** NFT_LOOKUP_F_INV. */
const INVERTED = 1;

function anonymousSet(
  { field, elements: list, isInterval }: Among,
  { family, table: name }: TableName,
  id: number,
): Message[] {
  const within = { table: name };
  const flags = SET_FLAGS.anonymous | SET_FLAGS.constant | (isInterval ? SET_FLAGS.interval : 0);
  const definition = {
    ...within,
    name: ANONYMOUS,
    flags,
    keyType: field.type,
    keyLength: field.octets,
    description: { size: list.length },
    id,
    userdata: setNote(field.order),
  };
  const held = list.map(({ key, isEnd }) => ({ key, ...(isEnd && { flags: INTERVAL_END }) }));
  return [
    nftMessage('newSet', family, encoded(set, definition), CREATE),
    nftMessage(
      'newElements',
      family,
      encoded(elements, { ...within, set: ANONYMOUS, elements: held, setId: id }),
      CREATE,
    ),
  ];
}
