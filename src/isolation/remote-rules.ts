import type { LinkPlan } from './subnet.js';

/** Elements of a set; more remotes than this are counted together. */
const MOST = 262_144;

/** An element's time to live, longer than any run: what is left of it tells when it was last refreshed. */
export const ELEMENT_LIFE_DAYS = 365;

/** Who opened the connection: the port that names it is the remote's, or the command's own. */
type Role = 'client' | 'server';

type Place = { readonly family: '4' | '6'; readonly role: Role; readonly way: 'in' | 'out' };

/**
 * nft commands that count what each remote sent and received, in the kernel: by address, protocol and port, TCP by the
 * length of its header too, so that the payload is known although nft counts a super-packet's header once. Sent packets
 * are seen before their addresses are translated, received ones behind that: as the command sees them.
 * A set that is full breaks its rule, and the next one counts.
 * @param hasServer connections from outside are let in
 */
export function remoteRules(table: string, plans: readonly LinkPlan[], hasServer: boolean): string[] {
  const roles: readonly Role[] = hasServer ? ['server', 'client'] : ['client'];
  const external = plans.filter(({ purpose }) => purpose !== 'host-local');
  const families = external.map(({ purpose, host }) => ({
    family: purpose === 'ipv4' ? ('4' as const) : ('6' as const),
    device: host.device,
  }));
  return [
    ...families.flatMap(({ family }) => roles.flatMap((role) => setsOf(table, family, role))),
    ...families.flatMap(({ family }) => otherSets(table, family)),
    `add chain ${table} nm_sent { type filter hook prerouting priority -150; }`,
    `add chain ${table} nm_received { type filter hook postrouting priority 200; }`,
    ...families.flatMap(({ family, device }) => [
      ...chainOf(table, { family, way: 'out' }, roles),
      ...chainOf(table, { family, way: 'in' }, roles),
      `add rule ${table} nm_sent iifname "${device}" goto nm_out${family}`,
      `add rule ${table} nm_received oifname "${device}" goto nm_in${family}`,
    ]),
  ];
}

const address = ({ family, way }: Pick<Place, 'family' | 'way'>) =>
  `${family === '4' ? 'ip' : 'ip6'} ${way === 'out' ? 'daddr' : 'saddr'}`;

/** The remote's port where the command opened the connection, else the command's. */
const port = (place: Place) => (isOpener(place) ? 'dport' : 'sport');

/** Names tell what a set holds, for who reads the listing: `nm_tcp_out4_client`. TCP's first packets are a SYN of who opens, a SYN and ACK of who accepts. */
const nameOf = (what: string, { family, role, way }: Place) => `nm_${what}_${way}${family}_${role}`;

const set = (table: string, name: string, key: string) =>
  `add set ${table} ${name} { typeof ${key}; flags dynamic,timeout; size ${MOST}; }`;

/** The byte of a TCP header (RFC 9293) that begins with the header's length. */
const DATA_OFFSET = '@th,96,8';

/** What is counted at a place, with the keys: the first packets are remembered when they came, the others when the last did. */
function keysOf(place: Place): Readonly<Record<'tcp' | 'udp' | 'tcpfirst', string>> & { readonly udpfirst?: string } {
  const tcp = `${address(place)} . tcp ${port(place)}`;
  const udp = `${address(place)} . udp ${port(place)}`;
  const keys = { tcp: `${tcp} . ${DATA_OFFSET}`, udp, tcpfirst: tcp };
  return isOpener(place) ? { ...keys, udpfirst: udp } : keys;
}

/** Whether the side that opens connections sends this way. */
const isOpener = ({ role, way }: Place) => (role === 'client') === (way === 'out');

function setsOf(table: string, family: Place['family'], role: Role): string[] {
  return (['in', 'out'] as const).flatMap((way) => {
    const place = { family, role, way };
    return Object.entries(keysOf(place)).map(([what, key]) => set(table, nameOf(what, place), key));
  });
}

function otherSets(table: string, family: Place['family']): string[] {
  return (['in', 'out'] as const).map((way) =>
    set(table, `nm_other_${way}${family}`, `${address({ family, way })} . meta l4proto`),
  );
}

const life = `timeout ${ELEMENT_LIFE_DAYS}d counter`;

function chainOf(table: string, { family, way }: Pick<Place, 'family' | 'way'>, roles: readonly Role[]): string[] {
  const chain = `${table} nm_${way}${family}`;
  return [
    `add chain ${chain}`,
    ...roles.flatMap((role) => {
      const place = { family, role, way };
      const keys = keysOf(place);
      // The direction of the connection tells the roles apart, where there are two.
      const when = role === 'server' ? `ct direction ${way === 'out' ? 'reply' : 'original'} ` : '';
      return [
        `add rule ${chain} ${when}tcp flags & (syn | ack) == ${isOpener(place) ? 'syn' : '(syn | ack)'} add @${nameOf('tcpfirst', place)} { ${keys.tcpfirst} ${life} }`,
        ...(keys.udpfirst
          ? [
              `add rule ${chain} ${when}meta l4proto udp ct state new add @${nameOf('udpfirst', place)} { ${keys.udpfirst} ${life} }`,
            ]
          : []),
        `add rule ${chain} ${when}meta l4proto tcp update @${nameOf('tcp', place)} { ${keys.tcp} ${life} } return`,
        `add rule ${chain} ${when}meta l4proto udp update @${nameOf('udp', place)} { ${keys.udp} ${life} } return`,
      ];
    }),
    // What a full set has broken off, or has no place in any.
    `add rule ${chain} update @nm_other_${way}${family} { ${address({ family, way })} . meta l4proto ${life} } return`,
    `add rule ${chain} counter`,
  ];
}
