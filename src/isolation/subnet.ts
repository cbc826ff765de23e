/** How many runs can be open at once: the /30s of 198.18.0.0/15, which RFC 2544 sets aside for measuring. */
export const SUBNETS = 32_768;

/** Names and addresses of one end of a link. */
type LinkEnd = { readonly device: string; readonly mac: string; readonly address: string };

/** A veth pair of one address family: `host` outside, `inner` in the namespace. */
export type LinkPlan = {
  readonly family: 'ipv4' | 'ipv6';
  readonly prefix: number;
  readonly host: LinkEnd;
  readonly inner: LinkEnd;
};

/** The name of a run's first host interface; creating it takes the number (EEXIST: somebody else has it). */
export const linkName = (number: number) => `nm${number}`;

/** The IPv4 pair of run `number` (0 to SUBNETS - 1): 198.18.0.0/15 cut into /30s. */
export function ipv4Plan(number: number): LinkPlan {
  const base = number * 4;
  const address = (host: number) => `198.${18 + (base >> 16)}.${(base >> 8) & 255}.${(base & 255) + host}`;
  return {
    family: 'ipv4',
    prefix: 30,
    host: { device: linkName(number), mac: mac(number, 1), address: address(1) },
    inner: { device: 'nm4', mac: mac(number, 2), address: address(2) },
  };
}

/** The IPv6 pair of run `number`: a unique local /112 (RFC 4193) each. */
export function ipv6Plan(number: number): LinkPlan {
  const address = (host: number) => `fd6e:6574:6d65::${number.toString(16)}:${host}`;
  return {
    family: 'ipv6',
    prefix: 112,
    host: { device: `${linkName(number)}v6`, mac: mac(number, 3), address: address(1) },
    inner: { device: 'nm6', mac: mac(number, 4), address: address(2) },
  };
}

/** A locally administered address, so that neighbours can be written down instead of asked for. */
function mac(number: number, end: number): string {
  const octet = (value: number) => value.toString(16).padStart(2, '0');
  return `02:6e:6d:${octet(number >> 8)}:${octet(number & 255)}:${octet(end)}`;
}
