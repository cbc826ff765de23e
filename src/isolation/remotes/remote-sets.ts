import { type Field, ip, ip6, l4proto, tcpPorts, thOctets, udpPorts } from '../../linux/netlink/netfilter/field.js';

/** An element's time to live, a year, longer than any run: what is left of it shows when it was last refreshed. */
export const ELEMENT_LIFE_MS = 365 * 86_400_000;

/** Who opened the connection: the port that names it is the remote's, or the command's own. */
export type Role = 'client' | 'server';

export type CountedFamily = '4' | '6';

export type Place = { readonly family: CountedFamily; readonly role: Role; readonly way: 'in' | 'out' };

/** Whose connections there are. */
export const rolesOf = (hasServer: boolean): readonly Role[] => (hasServer ? ['server', 'client'] : ['client']);

const address = ({ family, way }: Pick<Place, 'family' | 'way'>) =>
  (family === '4' ? ip : ip6)[way === 'out' ? 'daddr' : 'saddr'];

/** The remote's port where the command opened the connection, else the command's. */
const port = (place: Place) => (isOpener(place) ? 'dport' : 'sport');

/** The byte of a TCP header (RFC 9293) that begins with the header's length. */
const dataOffset = thOctets(12, 1);

/** What a set holds. first: TCP's SYNs (of who opens) or SYN and ACKs (of who accepts), UDP's until an answer came. */
export type RemoteSet = {
  readonly name: string;
  readonly what: 'tcp' | 'udp' | 'other';
  readonly isFirst: boolean;
  readonly family: Place['family'];
  readonly way: Place['way'];
  readonly role: Role | null;
  readonly key: readonly Field[];
};

/** The sets of a family, in the order in which they are made. */
export function remoteSets(family: Place['family'], roles: readonly Role[]): RemoteSet[] {
  const ways = ['in', 'out'] as const;
  return [
    ...roles.flatMap((role) => ways.flatMap((way) => setsAt({ family, role, way }))),
    ...ways.map((way) => otherSet(family, way)),
  ];
}

/** TCP's and UDP's: the first packets are remembered when they came, the others when the last did. */
export function setsAt(place: Place): RemoteSet[] {
  const { family, role, way } = place;
  const named = (what: 'tcp' | 'udp', isFirst: boolean, ...key: readonly Field[]): RemoteSet => ({
    ...{ what, isFirst, family, role, way, key },
    name: `nm_${what}${isFirst ? 'first' : ''}_${way}${family}_${role}`,
  });
  const [tcp, udp] = [tcpPorts[port(place)], udpPorts[port(place)]];
  return [
    named('tcp', false, address(place), tcp, dataOffset),
    named('udp', false, address(place), udp),
    named('tcp', true, address(place), tcp),
    ...(isOpener(place) ? [named('udp', true, address(place), udp)] : []),
  ];
}

export const otherSet = (family: Place['family'], way: Place['way']): RemoteSet => ({
  ...{ what: 'other', isFirst: false, family, way, role: null },
  name: `nm_other_${way}${family}`,
  key: [address({ family, way }), l4proto],
});

/** Whether the side that opens connections sends this way. */
export const isOpener = ({ role, way }: Place) => (role === 'client') === (way === 'out');

/** The chain whose last rule counts what had no place in any set. */
export const restChain = (way: Place['way'], family: Place['family']) => `nm_${way}${family}`;
