import { type Message, NLM_F } from '../message.js';
import { encoded } from './codec.js';
import type { Command, SetDefinition, TableOwnership } from './command.js';
import { chain, elements, object, rule, SET_FLAGS, set, TABLE_OWNER, TABLE_PERSIST, table } from './definitions.js';
import { ruleMessages, type SetNumbers } from './encode-rule.js';
import { nftMessage } from './nfnetlink.js';
import { HOOKS } from './numbers.js';
import { counter, quota } from './simple-expressions.js';
import { padded } from './statement.js';
import { setNote } from './typeof-note.js';

const CREATE = NLM_F.CREATE;

const tableFlags = ({ isOwned, persists = false }: TableOwnership) =>
  (isOwned ? TABLE_OWNER : 0) | (persists ? TABLE_PERSIST : 0);

/** The messages of one command: several where a rule has sets without names. */
export function encodeCommand(command: Command, numbers: SetNumbers): readonly Message[] {
  const { family, table: name } = command;
  const within = { table: name };
  switch (command.kind) {
    case 'add table':
      return [
        nftMessage('newTable', family, encoded(table, { name, flags: tableFlags(command) }), CREATE | NLM_F.EXCL),
      ];
    case 'delete table':
      return [nftMessage('deleteTable', family, encoded(table, { name }))];
    case 'add chain':
      return [nftMessage('newChain', family, encoded(chain, { ...within, ...chainParts(command) }), CREATE)];
    case 'add rule':
    case 'insert rule':
      return ruleMessages(command, numbers);
    case 'delete rule': {
      const { chain: from, handle } = command;
      return [nftMessage('deleteRule', family, encoded(rule, { ...within, chain: from, handle }))];
    }
    case 'add set':
      return [
        nftMessage('newSet', family, encoded(set, { ...within, ...setParts(command.set), id: numbers.next() }), CREATE),
      ];
    case 'add elements': {
      const list = command.keys.map((key) => ({ key }));
      return [
        nftMessage('newElements', family, encoded(elements, { ...within, set: command.set, elements: list }), CREATE),
      ];
    }
    case 'add counter':
      return [newObject(command, 'counter', encoded(counter, { bytes: 0n, packets: 0n }))];
    case 'add quota':
      return [newObject(command, 'quota', encoded(quota, { bytes: command.over, flags: BEYOND, consumed: 0n }))];
    default:
      return command satisfies never;
  }
}

type NewObject = Extract<Command, { kind: 'add counter' | 'add quota' }>;

function newObject({ family, table: within, name }: NewObject, type: 'counter' | 'quota', data: Buffer): Message {
  return nftMessage('newObject', family, encoded(object, { table: within, name, type, data }), CREATE);
}

/** NFT_QUOTA_F_INV. */
const BEYOND = 1;

function chainParts({ chain: name, base }: Extract<Command, { kind: 'add chain' }>) {
  if (!base) return { name };
  return { name, hook: { number: HOOKS[base.hook], priority: base.priority }, type: base.type };
}

function setParts({ name, key, flags = [], size, counts = false, showsFields = false }: SetDefinition) {
  const order = key.length === 1 ? (key[0]?.order ?? 'host') : 'several';
  const notes = showsFields ? key.flatMap(({ note }) => note ?? []) : [];
  return {
    name,
    flags: flags.reduce((bits, flag) => bits | SET_FLAGS[flag], 0),
    keyType: keyType(key),
    keyLength: keyLength(key),
    ...(size !== undefined && { description: { size } }),
    userdata: setNote(order, notes),
    ...(counts && { expression: { kind: 'counter' } as const }),
  };
}

/** nft puts the types of a key's fields into one number, six bits each. */
const keyType = (key: SetDefinition['key']) => key.reduce((types, { type }) => (types << 6) | type, 0);

const keyLength = ([first, ...more]: SetDefinition['key']) =>
  more.length === 0
    ? (first?.octets ?? 0)
    : [first, ...more].reduce((sum, field) => sum + padded(field?.octets ?? 0), 0);
