import { writeFileSync } from 'node:fs';

/** What a device does by itself when it comes up (networking/ip-sysctl.rst): its packets would be counted as the command's. */
const AUTOCONFIGURATION = { accept_dad: 0, router_solicitations: 0, accept_ra: 0, addr_gen_mode: 1 } as const;

/** In the namespace that the calling thread is in, before it has any device but loopback. */
export function stopAutoconfiguration(): void {
  for (const [key, value] of Object.entries(AUTOCONFIGURATION)) {
    try {
      writeFileSync(`/proc/sys/net/ipv6/conf/default/${key}`, `${value}`);
    } catch {
      // A kernel without IPv6, or an older one; a container whose /proc/sys may only be read.
    }
  }
}
