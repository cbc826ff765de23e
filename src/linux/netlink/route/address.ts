import { addressBytes, addressText } from '../../ip/ip-address.js';
import { attribute, decodeAttributes } from '../attribute.js';
import { MalformedMessageError } from '../malformed-message-error.js';
import { type Message, NLM_F, type ReceivedMessage } from '../message.js';
import { u32 } from '../values.js';
import { familyOf } from './family.js';

/** linux/rtnetlink.h, linux/if_addr.h. */
export const RTM_NEWADDR = 20;
export const RTM_DELADDR = 21;
const RTM_GETADDR = 22;
const IFA_ADDRESS = 1;
const IFA_LOCAL = 2;
const IFA_FLAGS = 8;
const IFA_F_NODAD = 0x02;

/** struct ifaddrmsg. */
const HEADER = 8;

/** An address of a device. */
export type DeviceAddress = { readonly index: number; readonly address: string; readonly prefixLength: number };

/** Gives a device an address. That nobody else has it is not tried (no duplicate address detection, RFC 4862). */
export function newAddress({ index, address, prefixLength }: DeviceAddress): Message {
  const bytes = addressBytes(address);
  const header = Buffer.alloc(HEADER);
  header.writeUInt8(familyOf(bytes), 0);
  header.writeUInt8(prefixLength, 1);
  header.writeUInt32LE(index, 4);
  const attributes = [
    attribute(IFA_LOCAL, bytes),
    attribute(IFA_ADDRESS, bytes),
    attribute(IFA_FLAGS, u32(IFA_F_NODAD)),
  ];
  return {
    type: RTM_NEWADDR,
    flags: NLM_F.ACK | NLM_F.CREATE | NLM_F.EXCL,
    payload: Buffer.concat([header, ...attributes]),
  };
}

/** For {@link NetlinkSocket.dump}: all addresses of both families. */
export const LIST_ADDRESSES = { type: RTM_GETADDR, payload: Buffer.alloc(HEADER) } as const;

/** Reads an answer or an event of type RTM_NEWADDR or RTM_DELADDR. @throws {MalformedMessageError} */
export function decodeAddress({ payload }: ReceivedMessage): DeviceAddress {
  if (payload.length < HEADER) throw new MalformedMessageError('malformed address');
  const attributes = decodeAttributes(payload.subarray(HEADER));
  // Of a device with a peer the first is its own.
  const bytes = attributes.bytes(IFA_LOCAL) ?? attributes.bytes(IFA_ADDRESS);
  if (bytes?.length !== 4 && bytes?.length !== 16) throw new MalformedMessageError('malformed address');
  return { index: payload.readUInt32LE(4), address: addressText(bytes), prefixLength: payload.readUInt8(1) };
}
