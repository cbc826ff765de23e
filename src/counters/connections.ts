/** A socket of /proc/PID/net/{tcp,tcp6,udp,udp6,raw,raw6}. Addresses are the kernel's own hexadecimal ones. */
export type Connection = {
  readonly local: string;
  readonly remote: string;
  /** Of <net/tcp_states.h>; UDP has 01 (connected) and 07. */
  readonly state: string;
  /** Undefined: its program has closed it, or has not taken it yet. */
  readonly inode: string | undefined;
};

const HEX = '[0-9A-F]';
const LINE = new RegExp(
  `^\\s*\\d+: (${HEX}+:${HEX}{4}) (${HEX}+:${HEX}{4}) (${HEX}{2}) \\S+ \\S+ \\S+ +\\d+ +\\d+ +(\\d+)`,
);

/** Parses a list of sockets (tcp4_seq_show(), net/ipv4/tcp_ipv4.c); those without a peer are left out. */
export const parseConnections = (text: string): Connection[] => parseSockets(text).filter(hasPeer);

/** Parses a list of sockets, listening and unconnected ones too. */
export function parseSockets(text: string): Connection[] {
  return text.split('\n').flatMap((line) => {
    const [, local, remote, state, inode] = LINE.exec(line) ?? [];
    if (local === undefined || remote === undefined || state === undefined) return [];
    return [{ local, remote, state, inode: inode === '0' ? undefined : inode }];
  });
}

export const hasPeer = ({ remote }: Connection) => !/^0+:/.test(remote);

/** FIN_WAIT1, FIN_WAIT2, LAST_ACK, CLOSING. */
const CLOSING = new Set(['04', '05', '09', '0B']);

/** Closed by its program, and not over yet. */
export const isClosing = ({ inode, state }: Connection) => inode === undefined && CLOSING.has(state);

/** An address is printed as words of the machine's own byte order. */
const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
const LOOPBACK = isLittleEndian
  ? /^(0{8}0{8}(0{8}|F{4}0{4}))?\w{6}7F:|^0{24}01000000:/
  : /^(0{8}0{8}(0{8}|0{4}F{4}))?7F\w{6}:|^0{24}00000001:/;

/** True when the peer is not this machine itself. */
export const leadsOutside = ({ local, remote }: Connection) =>
  !LOOPBACK.test(remote) && remote.split(':')[0] !== local.split(':')[0];

/** `192.0.2.1:80`, `[2001:db8::1]:80` (RFC 5952); an IPv4 address within IPv6 is shown as what it is. */
export function addressText(hexadecimal: string): string {
  const [address = '', port = ''] = hexadecimal.split(':');
  const bytes = (address.match(/.{8}/g) ?? []).flatMap((word) => {
    const four = (word.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16));
    return isLittleEndian ? four.reverse() : four;
  });
  const isMapped = bytes.length === 16 && bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255;
  const text = bytes.length === 4 || isMapped ? bytes.slice(-4).join('.') : ipv6Text(bytes);
  return `${text}:${Number.parseInt(port, 16)}`;
}

/** The shortest form (RFC 5952), which a URL brings an address to. */
function ipv6Text(bytes: readonly number[]): string {
  const hexadecimal = bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return new URL(`http://[${hexadecimal.match(/.{4}/g)?.join(':')}]`).hostname;
}
