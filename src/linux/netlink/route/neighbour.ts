import { addressBytes } from '../../ip/ip-address.js';
import { attribute } from '../attribute.js';
import { type Message, NLM_F } from '../message.js';
import { familyOf } from './family.js';

/** linux/neighbour.h. */
const RTM_NEWNEIGH = 28;
const NDA_DST = 1;
const NDA_LLADDR = 2;
const NUD_PERMANENT = 0x80;

export type Neighbour = { readonly index: number; readonly address: string; readonly mac: Buffer };

/** Writes a neighbour's link-layer address down, for ever: it is never asked for. */
export function newNeighbour({ index, address, mac }: Neighbour): Message {
  const bytes = addressBytes(address);
  // struct ndmsg
  const header = Buffer.alloc(12);
  header.writeUInt8(familyOf(bytes), 0);
  header.writeInt32LE(index, 4);
  header.writeUInt16LE(NUD_PERMANENT, 8);
  return {
    type: RTM_NEWNEIGH,
    flags: NLM_F.ACK | NLM_F.CREATE | NLM_F.REPLACE,
    payload: Buffer.concat([header, attribute(NDA_DST, bytes), attribute(NDA_LLADDR, mac)]),
  };
}
