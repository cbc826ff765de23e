import { NetmeterError } from '../../../errors.js';
import { INNER_DEVICES } from '../../../inner-devices.js';
import { isIpv6 } from '../../machine/is-ipv6.js';
import { linkName } from '../../machine/run-devices.js';

/** How many runs can be open at once: the /29s of 198.18.0.0/15, which RFC 2544 sets aside for measuring. */
export const SUBNETS = 16_384;

/** Names and addresses of one end of a link. */
export type LinkEnd = { readonly device: string; readonly mac: string; readonly addresses: readonly string[] };

/** The prefix length of an address on a link. */
export const prefixLength = (address: string) => (isIpv6(address) ? 112 : 30);

/** What leads through a link: all of a family, or this machine's own addresses. */
type LinkPurpose = 'ipv4' | 'ipv6' | 'host-local';

/** A veth pair: `host` outside, `inner` in the namespace; each end with an address of each family that it carries. */
export type LinkPlan = {
  readonly purpose: LinkPurpose;
  readonly host: LinkEnd;
  readonly inner: LinkEnd;
};

/** The link to this machine's own addresses. */
export function hostLocalLink(plans: readonly LinkPlan[]): LinkPlan {
  const plan = plans.find(({ purpose }) => purpose === 'host-local');
  if (!plan) throw new NetmeterError('SETUP_FAILED', 'there is no link to the host');
  return plan;
}

/** The links to everywhere else. */
export const leadingOut = (plans: readonly LinkPlan[]) => plans.filter(({ purpose }) => purpose !== 'host-local');

/** The links of run `number` (0 to SUBNETS - 1): one a family, and one to this machine's own addresses. */
export function linkPlans(number: number, ipv6: boolean): readonly LinkPlan[] {
  const ends = (name: string, purpose: LinkPurpose, index: number, addresses: (host: number) => string[]) => ({
    purpose,
    host: { device: linkName(number) + name, mac: mac(number, 2 * index), addresses: addresses(1) },
    inner: { device: INNER_DEVICES[purpose], mac: mac(number, 2 * index + 1), addresses: addresses(2) },
  });
  const local = (host: number) => [ipv4(number, 4 + host), ...(ipv6 ? [ipv6Address(number, 16 + host)] : [])];
  return [
    ends('', 'ipv4', 1, (host) => [ipv4(number, host)]),
    ...(ipv6 ? [ends('v6', 'ipv6', 2, (host) => [ipv6Address(number, host)])] : []),
    ends('h', 'host-local', 3, local),
  ];
}

/** 198.18.0.0/15 cut into /29s, each of two /30s. */
function ipv4(number: number, host: number): string {
  const base = number * 8;
  return `198.${18 + (base >> 16)}.${(base >> 8) & 255}.${(base & 255) + host}`;
}

/** Unique local addresses (RFC 4193): a /111 a run, of two /112s. */
const ipv6Address = (number: number, host: number) =>
  `fd6e:6574:6d65::${(number * 2 + (host >> 4)).toString(16)}:${host & 15}`;

/** The octets of a link-layer address. */
export const macBytes = (mac: string): Buffer => Buffer.from(mac.replaceAll(':', ''), 'hex');

/** A locally administered address, so that neighbours can be written down instead of asked for. */
function mac(number: number, end: number): string {
  const octet = (value: number) => value.toString(16).padStart(2, '0');
  return `02:6e:6d:${octet(number >> 8)}:${octet(number & 255)}:${octet(end)}`;
}
