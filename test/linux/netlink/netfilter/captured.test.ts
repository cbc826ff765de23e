import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { decodeMessages, encodeMessage, type Message } from '../../../../src/linux/netlink/message.js';
import { chain, elements, object, rule, set, table } from '../../../../src/linux/netlink/netfilter/definitions.js';
import { encodeCommand } from '../../../../src/linux/netlink/netfilter/encode-command.js';
import { attributesOf, batch, familyOfTable, MESSAGES } from '../../../../src/linux/netlink/netfilter/nfnetlink.js';
import { counter, quota } from '../../../../src/linux/netlink/netfilter/simple-expressions.js';
import { MADE } from '../../../isolation/nft-rules.js';

const CODECS = {
  [MESSAGES.newTable]: table,
  [MESSAGES.newChain]: chain,
  [MESSAGES.newRule]: rule,
  [MESSAGES.newSet]: set,
  [MESSAGES.newElements]: elements,
  [MESSAGES.newObject]: object,
} as const;

/** Numbers that each side gives to its sets; what nft notes for itself of sets without a name, and how many elements it expects. */
const OWN = ['id', 'setId', 'userdata', 'description'];

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value, decisive));

/** nft names the ordinary operation of bitwise only sometimes (NFT_BITWISE_MASK_XOR). */
function decisive(key: string, held: unknown): unknown {
  if (OWN.includes(key) || (key === 'op' && held === 0)) return undefined;
  return typeof held === 'bigint' ? `${held}n` : held;
}

/** What messages say, without the batch's beginning and end. */
function read(messages: readonly Message[]) {
  return messages.slice(1, -1).map((message) => {
    const codec = CODECS[(message.type & 0xff) as keyof typeof CODECS];
    const value = codec.decode(attributesOf(message));
    const data =
      'data' in value && value.data ? { data: (value.type === 'quota' ? quota : counter).decode(value.data) } : {};
    return { type: message.type, family: familyOfTable(message), value: plain({ ...value, ...data }) };
  });
}

/** As the kernel gets them. */
function sent(name: string) {
  let last = 0;
  const numbers = { next: () => ++last };
  const messages = batch((MADE[name] ?? []).flatMap((command) => encodeCommand(command, numbers)));
  return decodeMessages(Buffer.concat(messages.map((message, index) => encodeMessage(message, index))));
}

test.each(Object.keys(MADE))('%s: the kernel is sent what nft 1.0.6 sent it', (name) => {
  const captured = decodeMessages(readFileSync(`fixtures/nft/${name}.bin`));
  const theirs = read(captured);
  const ours = read(sent(name));
  const ordered = (list: typeof ours) => list.map((each) => JSON.stringify(each)).sort();
  expect(ours.filter(({ type }) => (type & 0xff) === MESSAGES.newRule)).toEqual(
    theirs.filter(({ type }) => (type & 0xff) === MESSAGES.newRule),
  );
  expect(ordered(ours)).toEqual(ordered(theirs));
});
