/** A socket of /proc/PID/net/{tcp,tcp6,udp,udp6} that has a peer. Addresses are the kernel's own hexadecimal ones. */
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
export function parseConnections(text: string): Connection[] {
  return text.split('\n').flatMap((line) => {
    const [, local, remote, state, inode] = LINE.exec(line) ?? [];
    if (local === undefined || remote === undefined || state === undefined || /^0+:/.test(remote)) return [];
    return [{ local, remote, state, inode: inode === '0' ? undefined : inode }];
  });
}

/** An address is printed as words of the machine's own byte order. */
const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
const LOOPBACK = isLittleEndian
  ? /^(0{8}0{8}(0{8}|F{4}0{4}))?\w{6}7F:|^0{24}01000000:/
  : /^(0{8}0{8}(0{8}|0{4}F{4}))?7F\w{6}:|^0{24}00000001:/;

/** True when the peer is not this machine itself. */
export const leadsOutside = ({ local, remote }: Connection) =>
  !LOOPBACK.test(remote) && remote.split(':')[0] !== local.split(':')[0];
