import { addressBytes } from '../../ip/ip-address.js';
import { IPPROTO } from '../../ip/ip-protocols.js';
import { ip, ip6, l4proto, TCP_FLAGS, tcpFlags } from './field.js';
import { bitsAre, is, isAmong, isInNetwork, isWithin } from './matches.js';
import type { Statement } from './statement.js';

/** Kinds of packets that several rules speak of. */
export const isTcp: Statement = is(l4proto, Buffer.of(IPPROTO.tcp));
export const hasPorts: Statement = isAmong(l4proto, [Buffer.of(IPPROTO.tcp), Buffer.of(IPPROTO.udp)]);
/** A TCP segment that ends its connection. */
export const isReset: Statement = bitsAre(tcpFlags, Buffer.of(TCP_FLAGS.rst), Buffer.of(TCP_FLAGS.rst));

/** 224.0.0.0/4 and the broadcast address; ff00::/8. */
export const toMany = {
  ipv4: isWithin(ip.daddr, ['224.0.0.0', '240.0.0.0', '255.255.255.255'].map(addressBytes)),
  ipv6: isInNetwork(ip6.daddr, addressBytes('ff00::'), 8),
} as const;
