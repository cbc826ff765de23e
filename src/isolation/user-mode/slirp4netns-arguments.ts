import { TAP_DEVICE, type TapPlan } from './tap-plan.js';

/** slirp4netns's own network (slirp4netns(1)): its gateway, and the namespace's address. */
const IPV4 = { address: '10.0.2.100', prefix: 24, gateway: '10.0.2.2' };

/** TCP's timestamps (RFC 7323), which the wire's segments have and the tap's have not. */
const TIMESTAMPS = 12;

/** IPv4 alone: with IPv6 it needs neighbour discovery, whose multicast would be counted as the command's. */
export const slirpTap = (mtu: number): TapPlan => ({
  mtu,
  families: [IPV4],
  silent: false,
});

/** Of guardian.sh. */
const ENDS_WITH_NETMETER = 8;

/**
 * Arguments of slirp4netns(1). It hands each segment of an upload to the host by itself: one that is larger than the
 * wire's would go out as two, so its MTU, which says how large they are, leaves room for the wire's larger headers.
 */
export const slirpArguments = (tap: TapPlan, pid: number): string[] => [
  `--mtu=${tap.mtu - TIMESTAMPS}`,
  '--disable-host-loopback',
  // It does not notice that its tap has gone. The guardian hands it what ends with netmeter.
  `--exit-fd=${ENDS_WITH_NETMETER}`,
  `--userns-path=/proc/${pid}/ns/user`,
  `${pid}`,
  TAP_DEVICE,
];
