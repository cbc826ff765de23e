import { AF_INET, AF_INET6 } from '../../socket.js';

export const FAMILIES = { ipv4: AF_INET, ipv6: AF_INET6 } as const;
export type AddressFamily = keyof typeof FAMILIES;

/** @returns undefined for a family of other packets (multicast routing) */
export const familyOfNumber = (number: number | undefined): AddressFamily | undefined =>
  (Object.keys(FAMILIES) as AddressFamily[]).find((name) => FAMILIES[name] === number);

/** RTN_*, linux/rtnetlink.h: what happens to a packet that takes a route. */
const ROUTE_TYPES = {
  1: 'unicast',
  2: 'local',
  3: 'broadcast',
  4: 'anycast',
  5: 'multicast',
  6: 'blackhole',
  7: 'unreachable',
  8: 'prohibit',
  9: 'throw',
} as const;

export type RouteType = (typeof ROUTE_TYPES)[keyof typeof ROUTE_TYPES] | 'other';

export const routeType = (number: number | undefined): RouteType =>
  ROUTE_TYPES[number as keyof typeof ROUTE_TYPES] ?? 'other';
