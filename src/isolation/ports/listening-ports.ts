import { readFileSync } from 'node:fs';

/** TCP state LISTEN of <net/tcp_states.h>. */
const LISTEN = '0A';
/** 127.0.0.1, 0.0.0.0, ::1 and :: as /proc/net/tcp and tcp6 write them: four bytes each, the lowest first. */
const LOOPBACK_OR_ANY = /^(0100007F|0{8}|0{24}01000000|0{32})$/;

/** Ports of /proc/net/tcp or tcp6 where a client on this machine's loopback would be heard. */
export function listeningPorts(text: string): number[] {
  return text
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [, local = '', , state] = line.trim().split(/\s+/);
      const [address = '', port = ''] = local.split(':');
      return state === LISTEN && LOOPBACK_OR_ANY.test(address) ? [Number.parseInt(port, 16)] : [];
    });
}

/** Those of netmeter's own namespace, of both families; none where they cannot be read. */
export const hostPorts = (): number[] => [...new Set(['tcp', 'tcp6'].flatMap(portsIn))];

function portsIn(file: string): number[] {
  try {
    return listeningPorts(readFileSync(`/proc/net/${file}`, 'latin1'));
  } catch {
    return [];
  }
}
