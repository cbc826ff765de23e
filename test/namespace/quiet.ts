/**
 * Shell lines that keep a namespace from announcing itself: no multicast listener reports and no router solicitations, in
 * a namespace that has no devices yet but lo. They come at moments of the kernel's own, and a counter on either side of
 * the wire rightly counts them; a comparison with what the command moved must not depend on when they came.
 */
export const quieten = (namespace: string): string => `
  for key in accept_dad router_solicitations; do ip netns exec ${namespace} sysctl -qw net.ipv6.conf.default.$key=0; done
  ip netns exec ${namespace} nft 'add table ip6 quiet; add chain ip6 quiet o { type filter hook output priority 0; }; add rule ip6 quiet o icmpv6 type { mld-listener-report, mld2-listener-report, nd-router-solicit } drop'`;
