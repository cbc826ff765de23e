import { type Message, NLM_F } from '../message.js';
import { be16 } from '../values.js';
import { ADDRESS_FAMILIES, type AddressFamily } from './numbers.js';

/** NFNL_SUBSYS_NFTABLES, the upper byte of a message's type. */
const SUBSYSTEM = 10;

/** enum nf_tables_msg_types. */
export const MESSAGES = {
  newTable: 0,
  getTable: 1,
  deleteTable: 2,
  newChain: 3,
  getChain: 4,
  newRule: 6,
  getRule: 7,
  deleteRule: 8,
  newSet: 9,
  getSet: 10,
  newElements: 12,
  getElements: 13,
  newObject: 18,
  getObject: 19,
} as const;

/** struct nfgenmsg, linux/netfilter/nfnetlink.h: family, version, and the subsystem of a batch. */
export const HEADER = 4;
const header = (family: number, resource = 0) => Buffer.concat([Buffer.of(family, 0), be16(resource)]);

/** Any family, in a request to list. */
const ALL = 0;

export const nftMessage = (
  type: keyof typeof MESSAGES,
  family: AddressFamily | 'all',
  attributes: Buffer,
  flags = 0,
): Message => ({
  type: (SUBSYSTEM << 8) | MESSAGES[type],
  flags: NLM_F.REQUEST | flags,
  payload: Buffer.concat([header(family === 'all' ? ALL : ADDRESS_FAMILIES[family]), attributes]),
});

const NFNL_MSG_BATCH_BEGIN = 0x10;
const NFNL_MSG_BATCH_END = 0x11;

/** Messages that are carried out together or not at all. */
export const batch = (messages: readonly Message[]): readonly Message[] => [
  marker(NFNL_MSG_BATCH_BEGIN),
  ...messages.map((message) => ({ ...message, flags: message.flags | NLM_F.ACK })),
  marker(NFNL_MSG_BATCH_END),
];

const marker = (type: number): Message => ({ type, flags: NLM_F.REQUEST, payload: header(0, SUBSYSTEM) });

/** The attributes behind the header. */
export const attributesOf = ({ payload }: Pick<Message, 'payload'>): Buffer => payload.subarray(HEADER);

/** @returns undefined for a family that is none of those here */
export const familyOfTable = ({ payload }: Pick<Message, 'payload'>): AddressFamily | undefined =>
  (Object.keys(ADDRESS_FAMILIES) as AddressFamily[]).find((name) => ADDRESS_FAMILIES[name] === payload[0]);
