/** Elements of a set; more remotes than this are counted together. */
const MOST = 262_144;

/** An element's time to live, longer than any run: what is left of it tells when it was last refreshed. */
export const ELEMENT_LIFE_DAYS = 365;

/** Who opened the connection: the port that names it is the remote's, or the command's own. */
type Role = 'client' | 'server';

type Place = { readonly family: '4' | '6'; readonly role: Role; readonly way: 'in' | 'out' };

/** Where the packets of a family pass that are to be counted. */
export type CountedLink = { readonly family: '4' | '6'; readonly device: string };

/** A hook of the kernel's (nft(8), ADDRESS FAMILIES), and which side of it the device is on. */
type Hook = { readonly hook: string; readonly priority: number; readonly device: 'iifname' | 'oifname' };

export type RemoteRules = {
  /** Family and name. */
  readonly table: string;
  readonly links: readonly CountedLink[];
  /** Connections from outside are let in. */
  readonly hasServer: boolean;
  /** Where what the command sends, and what it gets, passes. */
  readonly sent: Hook;
  readonly received: Hook;
};

/**
 * At a host's ends of links: sent packets are seen before their addresses are translated, received ones behind that, as
 * the command sees them.
 */
export const AT_HOST_ENDS = {
  sent: { hook: 'prerouting', priority: -150, device: 'iifname' },
  received: { hook: 'postrouting', priority: 200, device: 'oifname' },
} as const;

/** In the command's own namespace, where a look-up's destination is translated in between. */
export const INSIDE = {
  sent: { hook: 'output', priority: -150, device: 'oifname' },
  received: { hook: 'input', priority: 200, device: 'iifname' },
} as const;

/**
 * nft commands that count what each remote sent and received, in the kernel: by address, protocol and port, TCP by the
 * length of its header too, so that the payload is known although nft counts a super-packet's header once. A set that is
 * full breaks its rule, and the next one counts.
 */
export function remoteRules({ table, links, hasServer, sent, received }: RemoteRules): string[] {
  const roles: readonly Role[] = hasServer ? ['server', 'client'] : ['client'];
  const base = (chain: string, { hook, priority }: Hook) =>
    `add chain ${table} ${chain} { type filter hook ${hook} priority ${priority}; }`;
  const lead = (chain: string, { device }: Hook, link: CountedLink, to: string) =>
    `add rule ${table} ${chain} ${device} "${link.device}" meta nfproto ipv${link.family} goto ${to}`;
  return [
    ...links.flatMap(({ family }) => [
      ...roles.flatMap((role) => setsOf(table, family, role)),
      ...otherSets(table, family),
      ...chainOf(table, { family, way: 'out' }, roles),
      ...chainOf(table, { family, way: 'in' }, roles),
    ]),
    base('nm_received', received),
    base(LAST_CHAIN, sent),
    ...links.flatMap((link) => [
      lead('nm_received', received, link, `nm_in${link.family}`),
      lead(LAST_CHAIN, sent, link, `nm_out${link.family}`),
    ]),
  ];
}

/** Its listing tells that all of the rules are there. */
export const LAST_CHAIN = 'nm_sent';

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
