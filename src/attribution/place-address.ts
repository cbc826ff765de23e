import type { PayloadClass } from '../measurement/processes.js';
import type { Endpoint } from './processes/endpoint.js';

/** Says where a connection leads. */
export type Place = (local: Endpoint, remote: Endpoint) => Exclude<PayloadClass, 'unplaced'>;

/** @param hostAddresses addresses of the host, in any spelling, that are reached over a link of their own; they may change */
export function placeBy(hostAddresses: readonly string[]): Place {
  let known: readonly string[] = [];
  let host: ReadonlySet<string> = new Set();
  return (local, remote) => {
    if (!isSame(known, hostAddresses)) {
      known = [...hostAddresses];
      host = new Set(known.map(canonical));
    }
    if (isLoopback(remote.address) || remote.address === local.address) return 'loopback';
    return host.has(remote.address) ? 'hostLocal' : 'external';
  };
}

const isLoopback = (address: string) => address === '::1' || /^127\./.test(address);

/** The spelling in which the trace has it. */
const canonical = (address: string) =>
  address.includes(':') ? new URL(`http://[${address}]`).hostname.slice(1, -1) : address;

const isSame = (some: readonly string[], others: readonly string[]) =>
  some.length === others.length && some.every((each, index) => each === others[index]);
