import type { Sighting } from './bypass-list.js';

/** Where a process of the tree lives. */
export type Resident = {
  readonly pid: number;
  /** As the kernel calls it: `net:[4026531840]`. */
  readonly namespace: string;
  /** The namespace's routes, as the texts of its /proc/PID/net/route and ipv6_route. */
  readonly routes: { readonly ipv4: string; readonly ipv6: string };
};

/** The two namespaces that are none of the job's making. */
export type Known = { readonly scope: string; readonly own: string };

/** Behind the name of the namespace that netmeter was started in. */
export const OWN = ", netmeter's own";

/**
 * Processes of the tree in another network namespace than the scope's. Sandboxes (browsers, builds) make ones without a
 * way out; those lead nowhere. netmeter's own namespace needs no look at its routes.
 */
export function childNamespaces(residents: readonly Resident[], { scope, own }: Known): Sighting[] {
  return residents.flatMap(({ pid, namespace, routes }): Sighting[] => {
    if (namespace === scope) return [];
    const isOwn = namespace === own;
    const what = isOwn ? `${namespace}${OWN}` : namespace;
    return [{ kind: 'child-namespace', what, service: null, leadsOut: isOwn || hasRoute(routes), pid }];
  });
}

/** A route to a network: in IPv4 any but the header, in IPv6 one of another device than loopback (ipv6_route_proc_show()). */
const hasRoute = ({ ipv4, ipv6 }: Resident['routes']) =>
  ipv4.trimEnd().split('\n').length > 1 || ipv6.split('\n').some((line) => line !== '' && !/\slo$/.test(line));
